"""Photos fetched, decoded, fitted and encoded, and nothing else: `the_least.py URLS OUT`.

By what the engine uses for each, in a process for each core that fetches ahead in threads. Bytes
stay in memory, and what goes wrong ends it: no program that also hashes, judges, keeps originals
and outlives broken ones can be faster.
"""

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import urllib3

from darkroom.imaging.decoding import decode, open_photo, upright
from darkroom.imaging.fitting import flat_and_fitted
from darkroom.work.worker_process import keep_freed_memory

LONG_EDGE_PX, QUALITY = 1024, 90
_AT_ONCE = 8
"""In each process, so that two have as many as the engine."""


def main() -> None:
    urls, out = Path(sys.argv[1]).read_text("utf-8").split(), Path(sys.argv[2])
    cores = len(os.sched_getaffinity(0))
    processes = [
        multiprocessing.Process(target=_take, args=(urls[core::cores], out, core))
        for core in range(cores)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.exit(any(process.exitcode for process in processes))


def _take(urls: list[str], out: Path, core: int) -> None:
    keep_freed_memory()  # as the workers do
    for number, body in enumerate(_bodies(urls)):
        photo = decode(open_photo(body), at_least_px=LONG_EDGE_PX)
        fitted = upright(flat_and_fitted(photo, LONG_EDGE_PX), photo.orientation)
        fitted.save(out / f"{core}-{number:06}.jpg", quality=QUALITY)


def _bodies(urls: Iterable[str]) -> Iterator[bytes]:
    """In the order of the addresses, some fetched ahead."""
    ahead: deque[Future[bytes]] = deque()
    with urllib3.PoolManager(maxsize=_AT_ONCE) as pool, ThreadPoolExecutor(_AT_ONCE) as threads:
        for url in urls:
            ahead.append(threads.submit(_body, pool, url))
            if len(ahead) > _AT_ONCE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _body(pool: urllib3.PoolManager, url: str) -> bytes:
    answer = pool.request("GET", url)
    if answer.status != 200:  # noqa: PLR2004 - OK
        raise SystemExit(f"{url}: {answer.status}")
    return answer.data


if __name__ == "__main__":
    main()
