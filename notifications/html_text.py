"""The words of an HTML mail. Nothing is rendered, fetched or followed; it only knows which elements begin a line.

Runs in the process that notifications.reply_text watches: hostile markup can make the parser slow.
"""

from html.parser import HTMLParser

UNSEEN = frozenset({"head", "script", "style", "template", "title", "noscript", "svg", "object", "select", "textarea"})
BLOCKS = frozenset(
    """address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6
    header hr li main nav ol p pre section table tr ul""".split()  # noqa: SIM905 - forty lines otherwise
)
SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol"})
"""Blocks with an empty line around them."""
QUOTE_MAX = 10
"""Levels of quotes that are told apart."""


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line = ""
        self._unseen: list[str] = []
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's own
        if tag in UNSEEN:
            self._unseen.append(tag)
        elif tag == "br":
            self._end_line()
        elif tag in BLOCKS:
            self._begin_block(tag)
            if tag == "blockquote":
                self._quotes += 1
            if tag == "li":
                self._line = "- "
            if tag == "hr":
                self.lines.append("_" * 32)
        elif tag in ("td", "th") and self._line and not self._line.endswith(" "):
            self._line += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in BLOCKS:
            self._begin_block(tag)
            if tag == "blockquote":
                self._quotes = max(0, self._quotes - 1)

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        words = " ".join(data.split())
        if data[:1].isspace() and self._line and not self._line.endswith(" "):
            self._line += " "
        self._line += words
        if words and data[-1:].isspace():
            self._line += " "

    def close(self) -> None:
        super().close()
        self._end_line()

    def _begin_block(self, tag: str) -> None:
        if self._line.strip():
            self._end_line()
        if tag in SPACED and self.lines and self.lines[-1].strip(" >"):
            self.lines.append(self._mark())

    def _end_line(self) -> None:
        self.lines.append(self._mark() + self._line.strip())
        self._line = ""

    def _mark(self) -> str:
        return "> " * min(self._quotes, QUOTE_MAX)


def text_of(markup: str) -> str:
    """The words of a piece of HTML: a line for each block, quotes with `>` before them."""
    words = _Words()
    words.feed(markup)
    words.close()
    lines: list[str] = []
    for line in words.lines:
        if line.strip(" >") or (lines and lines[-1].strip(" >")):
            lines.append(line.rstrip())
    while lines and not lines[-1].strip(" >"):
        lines.pop()
    return "\n".join(lines).strip()
