"""Prints, for every operation of S3, an input with all headers that it can have, and what botocore presigns for it.

One line of JSON for each operation: its name; the input (dates as `{"$date": "…"}`);
`method`, `url` and `headers` of the request before it is signed; and the presigned `url`. A presigned request of S3 has no
signed body, so none is given to the signer.
"""

import copy
import datetime
import json
import os
import sys

os.environ["BOTO_DISABLE_CRT"] = "true"  # botocore's own signer, whose clock can be set

import botocore.auth
import botocore.session
from botocore.config import Config

NOW = datetime.datetime(2015, 8, 30, 12, 36, tzinfo=datetime.timezone.utc)
# Where the model's type says too little.
VALUES = {
    "Bucket": "bucket",
    "Key": "folder/a key+1.txt",
    "CopySource": "source/key",
    "SSECustomerKey": "0123456789abcdef0123456789abcdef",
    "CopySourceSSECustomerKey": "0123456789abcdef0123456789abcdef",
    "ExpectedBucketOwner": "111122223333",
    "ExpectedSourceBucketOwner": "111122223333",
    "RequestRoute": "route",
    "ContentMD5": "kAFQmDzST7DWlj99KOF/cg==",
    "Tagging": "color=blue",
    "Range": "bytes=0-9",
    "CopySourceRange": "bytes=0-9",
    "KMSKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1",
}
# Follow from the keys above.
DERIVED = {"SSECustomerKeyMD5", "CopySourceSSECustomerKeyMD5"}


def main():
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None) if remove_tzinfo else NOW
    session = botocore.session.get_session()
    client = session.create_client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "virtual"},
            request_checksum_calculation="when_required",
        ),
    )
    captured = {}

    def capture(request, **_):
        request.data = None
        captured.update(method=request.method, url=request.url, headers=text_of(request.headers))

    client.meta.events.register_first("before-sign.s3", capture)
    for method, name in sorted(client.meta.method_to_api_mapping.items()):
        shape = client.meta.service_model.operation_model(name).input_shape
        given = fill(shape, top=True) if shape else {}
        captured.clear()
        url = client.generate_presigned_url(method, Params=copy.deepcopy(given), ExpiresIn=300)
        json.dump({"name": name, "input": given, "request": captured, "url": url}, sys.stdout, default=dated)
        print()


def fill(shape, top=False):
    """A structure: at the top all headers, and otherwise what is required."""
    given = {}
    for name, member in shape.members.items():
        is_header = top and member.serialization.get("location") in ("header", "headers")
        is_required = name in shape.required_members or (shape.is_tagged_union and not given)
        if (is_header or is_required) and name not in DERIVED:
            given[name] = VALUES[name] if name in VALUES and member.type_name in ("string", "blob") else example(member)
    return given


def example(shape):
    kind = shape.type_name
    if kind == "structure":
        return fill(shape)
    if kind == "list":
        return [example(shape.member)]
    if kind == "map":
        return {"name": "a  value"}
    if kind == "string":
        return shape.enum[0] if shape.enum else "text"
    if kind == "timestamp":
        return NOW
    return {"boolean": True, "integer": 5, "long": 5, "blob": "text"}[kind]


def text_of(headers):
    return {name.lower(): value.decode() if isinstance(value, bytes) else str(value) for name, value in headers.items()}


def dated(value):
    return {"$date": value.isoformat()}


if __name__ == "__main__":
    main()
