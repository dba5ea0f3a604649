"""Several people at the same moment: works in threads of their own, started together."""

from collections.abc import Callable
from threading import Barrier, Thread

from core.errors import DomainError


def at_once(*works: Callable[[], object]) -> list[DomainError]:
    """Run works at the same moment; the refusals they ended in. Anything else that is raised fails the test."""
    barrier, refused = Barrier(len(works)), list[DomainError]()

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            work()
        except DomainError as error:
            refused.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused
