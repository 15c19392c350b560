"""img2dataset with a process for each core: `with_img2dataset.py URLS OUT`."""

import os
import sys
from pathlib import Path

from img2dataset import download

_SHARDS_PER_PROCESS = 4


def main() -> None:
    urls, out = sys.argv[1:]
    cores = len(os.sched_getaffinity(0))
    photos = len(Path(urls).read_text().split())
    download(
        url_list=urls,
        output_folder=out,
        output_format="files",
        image_size=1024,
        resize_mode="keep_ratio_largest",
        resize_only_if_bigger=True,
        encode_format="jpg",
        encode_quality=90,
        processes_count=cores,
        thread_count=16,
        # One shard, or the default of 10,000 photos in each, would leave all but one core idle.
        number_sample_per_shard=max(1, -(-photos // (cores * _SHARDS_PER_PROCESS))),
        compute_hash="sha256",
    )


if __name__ == "__main__":
    main()
