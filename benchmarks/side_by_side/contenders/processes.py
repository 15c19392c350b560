"""A process for each core, each doing what a thread of threads.py does: `processes.py URLS OUT`."""

import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from threads import take


def main() -> None:
    out = Path(sys.argv[2])
    urls = Path(sys.argv[1]).read_text().split()
    with ProcessPoolExecutor() as pool, (out / "hashes.csv").open("w", newline="") as file:
        rows = pool.map(take, range(len(urls)), urls, repeat(out), chunksize=4)
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    main()
