"""What the product answers in Slack, one file an area. Importing an area's file registers its handlers."""


def register_all() -> None:
    """Import every area, so that its routes and commands are known."""
    from bot.handlers import (  # imported for their registrations
        activities,
        audit,
        bulk,
        deal_stages,
        deals,
        home,
        leads,
        links,
        lists,
        mentions,
        more,
        notices,
        pipeline,
        quote_editor,
        quotes,
        records,
        settings,
        settings_lists,
        shortcuts,
        tags,
        tasks,
    )

    del (
        activities,
        bulk,
        audit,
        deal_stages,
        deals,
        home,
        leads,
        links,
        lists,
        mentions,
        more,
        notices,
        pipeline,
        quote_editor,
        quotes,
        records,
        settings,
        settings_lists,
        shortcuts,
        tags,
        tasks,
    )
