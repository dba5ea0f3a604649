"""When a long-running process begins to look for garbage."""

import gc


def settle() -> None:
    """From here on garbage is looked for, and not among what there is by now: modules and what they made stay.

    To be called once all is imported, and before a fork, whose children then share that memory.
    """
    gc.freeze()
    gc.enable()
