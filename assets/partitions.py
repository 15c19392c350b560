"""One partition per batch, in every asset."""

import dagster as dg

BATCHES = "batches"

batches = dg.DynamicPartitionsDefinition(name=BATCHES)
