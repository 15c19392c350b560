"""The section `s3`."""

from pydantic import Field, PositiveInt

from darkroom.settings.section import Section


class S3Settings(Section):
    """How any S3 service is reached. Keys come from where boto3 finds them."""

    endpoint_url: str | None = Field(None, description="Another service than AWS, such as MinIO.")
    region: str | None = Field(None, description="Region name; boto3's own choice when unset.")
    max_attempts: PositiveInt = Field(
        5, description="Attempts per request, by boto3's standard mode."
    )
