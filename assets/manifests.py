"""The lists of photos that batches start from."""

import dagster as dg

from assets.partitions import batches
from darkroom.stages.batch_tables import MANIFESTS

manifests = dg.AssetSpec(
    MANIFESTS,
    partitions_def=batches,
    group_name="intake",
    kinds={"parquet"},
    owners=["team:darkroom"],
    description=(
        "The photos of each batch: where each one comes from and what its source said of it."
        " Written when a batch is made by an import, the inbox or a feed."
    ),
)
