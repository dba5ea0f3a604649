"""What the product answers in Slack, one file an area. Importing an area's file registers its handlers."""


def register_all() -> None:
    """Import every area, so that its routes and commands are known."""
    from bot.handlers import (  # imported for their registrations
        activities,
        deals,
        home,
        leads,
        links,
        mentions,
        pipeline,
        quote_editor,
        quotes,
        records,
        shortcuts,
        tasks,
    )

    del activities, deals, home, leads, links, mentions, pipeline, quote_editor, quotes, records, shortcuts, tasks
