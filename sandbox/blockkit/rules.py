"""Rules between the fields of one block or element."""

from collections.abc import Callable

from sandbox.blockkit.values import Report, decimal_of
from sandbox.jsons import JsonObject, as_int, as_list, as_object, as_objects, as_strings, as_text

Rule = Callable[[Report, JsonObject, str], None]


def options_of(element: JsonObject) -> list[JsonObject]:
    """Return all options of a static element, those inside groups too."""
    options = as_objects(element.get("options"))
    for group in as_objects(element.get("option_groups")):
        options.extend(as_objects(group.get("options")))
    return options


def same_option(one: JsonObject, other: JsonObject) -> bool:
    """Tell whether two options are the same to Slack: value and text."""
    return one.get("value") == other.get("value") and (
        as_object(one.get("text")).get("text") == as_object(other.get("text")).get("text")
    )


def initial_among_options(report: Report, element: JsonObject, at: str) -> None:
    """What is chosen at first must be one of the options."""
    options = options_of(element)
    chosen = [("initial_option", element["initial_option"])] if "initial_option" in element else []
    chosen += [(f"initial_options/{n}", item) for n, item in enumerate(as_list(element.get("initial_options")))]
    for where, item in chosen:
        if not any(same_option(as_object(item), option) for option in options):
            report(f"{at}/{where}", "must be one of the provided options")


def distinct_options(report: Report, element: JsonObject, at: str) -> None:
    """Two options with one value cannot be told apart."""
    seen: set[str] = set()
    for option in options_of(element):
        value = as_text(option.get("value"))
        if value in seen:
            report(at, f"option value {value} is used more than once")
        seen.add(value)


def initial_within_max(report: Report, element: JsonObject, at: str) -> None:
    """No more may be chosen at first than may be chosen at all."""
    most = as_int(element.get("max_selected_items"), 0)
    for key in ("initial_options", "initial_users", "initial_conversations", "initial_channels"):
        if most and len(as_list(element.get(key))) > most:
            report(f"{at}/{key}", f"no more than max_selected_items ({most}) may be selected")


def length_range(report: Report, element: JsonObject, at: str) -> None:
    """min_length may not exceed max_length."""
    if as_int(element.get("min_length"), 0) > as_int(element.get("max_length"), 3000):
        report(f"{at}/min_length", "must not be greater than max_length")


def initial_length(report: Report, element: JsonObject, at: str) -> None:
    """An initial text must itself be acceptable."""
    if len(as_text(element.get("initial_value"))) > as_int(element.get("max_length"), 3000):
        report(f"{at}/initial_value", "must not be longer than max_length")


def number_range(report: Report, element: JsonObject, at: str) -> None:
    """Number inputs: minimum below maximum, the initial value between, whole where decimals are off."""
    low, high, initial = (
        decimal_of(as_text(element.get(key, "nan"))) for key in ("min_value", "max_value", "initial_value")
    )
    if low is not None and high is not None and low > high:
        report(f"{at}/min_value", "must not be greater than max_value")
    if initial is None:
        return
    if (low is not None and initial < low) or (high is not None and initial > high):
        report(f"{at}/initial_value", "must lie between min_value and max_value")
    if element.get("is_decimal_allowed") is False and initial != initial.to_integral_value():
        report(f"{at}/initial_value", "must be a whole number")


def no_dispatch_with_files(report: Report, block: JsonObject, at: str) -> None:
    """A file input cannot dispatch actions."""
    if block.get("dispatch_action") and as_object(block.get("element")).get("type") == "file_input":
        report(f"{at}/dispatch_action", "is not allowed with a file_input")


def equal_rows(report: Report, block: JsonObject, at: str) -> None:
    """Each row of a data table has the header's number of cells."""
    rows = as_list(block.get("rows"))
    for index, row in enumerate(rows):
        if len(as_list(row)) != len(as_list(rows[0])):
            report(f"{at}/rows/{index}", "all rows must have the same number of cells")


def plain_header_row(report: Report, block: JsonObject, at: str) -> None:
    """A data table's header holds no rich text."""
    for index, cell in enumerate(as_objects(as_list(block.get("rows"))[0]) if block.get("rows") else []):
        if cell.get("type") == "rich_text":
            report(f"{at}/rows/0/{index}", "rich_text is not allowed in the header row")


def row_header_exists(report: Report, block: JsonObject, at: str) -> None:
    """The column named as row header exists."""
    rows = as_list(block.get("rows"))
    if rows and as_int(block.get("row_header_column_index"), 0) >= max(1, len(as_list(rows[0]))):
        report(f"{at}/row_header_column_index", "must be the index of a column")


def chart_series(report: Report, block: JsonObject, at: str) -> None:
    """Line, bar and area charts: distinct series, one point for each category and for nothing else."""
    chart = as_object(block.get("chart"))
    categories = as_strings(as_object(chart.get("axis_config")).get("categories"))
    names: set[str] = set()
    for index, series in enumerate(as_objects(chart.get("series"))):
        where = f"{at}/chart/series/{index}"
        name = as_text(series.get("name"))
        if name in names:
            report(f"{where}/name", "series names must be unique")
        names.add(name)
        labels = [as_text(point.get("label")) for point in as_objects(series.get("data"))]
        if sorted(labels) != sorted(categories):
            report(f"{where}/data", "must have exactly one point for each category")


def collapsing(report: Report, block: JsonObject, at: str) -> None:
    """Containers: what goes with being collapsible, and what does not."""
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        report(f"{at}/default_collapsed", "requires is_collapsible")
    if block.get("has_header_divider") and block.get("is_collapsible"):
        report(f"{at}/has_header_divider", "is not allowed together with is_collapsible")


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        initial_among_options,
        distinct_options,
        initial_within_max,
        length_range,
        initial_length,
        number_range,
        no_dispatch_with_files,
        equal_rows,
        plain_header_row,
        row_header_exists,
        chart_series,
        collapsing,
    )
}
