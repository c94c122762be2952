"""Signs requests with botocore and, where it is installed, with the AWS Common Runtime (awscrt).

Reads requests as JSON, one a line, in the form of tests/differential/case.rs, and in `signers` which are asked (all,
where it is missing). Writes, for each, one line of JSON: by signer, `signature`, `signedHeaders` and (botocore)
`canonicalRequest`, or `error`. The first line written names the signers and their versions.
"""

import datetime
import hashlib
import io
import json
import re
import sys
import types

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

try:
    import awscrt
    import awscrt.auth
    import awscrt.http
except ImportError:
    awscrt = None

S3_FAMILY = {"s3", "s3express", "s3-object-lambda", "s3-outposts"}


class Rules:
    """What the service and the options ask for, said independently of what is tested."""

    def __init__(self, case):
        service, option = case["service"], case.get
        self.is_s3 = service in S3_FAMILY
        self.is_presigned = case["mode"] == "presigned"
        self.encodes_path_twice = (option("pathEncoding") or ("single" if self.is_s3 else "double")) == "double"
        # Where the body is not hashed, only this header can say so.
        is_keyword = (option("payload") or "signed") != "signed" and len(option("payload")) != 64
        usual = self.is_s3 or service in {"aoss", "vpc-lattice-svcs"} or is_keyword
        sends = option("contentSha256Header")
        self.sends_content_sha256 = not self.is_presigned and (usual if sends is None else sends)
        mode = option("sessionTokenMode") or ("appended" if service == "iotdevicegateway" else "signed")
        self.signs_token = mode == "signed"
        self.body = bytes.fromhex(case["bodyHex"])
        unsigned = service == "vpc-lattice-svcs" or (self.is_s3 and self.is_presigned)
        payload = option("payload") or ("unsigned" if unsigned else "signed")
        self.payload = {"signed": None, "unsigned": "UNSIGNED-PAYLOAD"}.get(payload, payload)
        self.now = datetime.datetime.fromtimestamp(case["epochSeconds"], datetime.timezone.utc)


def target(case):
    path = case["path"] if case["path"].startswith("/") else "/" + case["path"]
    return path + ("?" + case["query"] if case["query"] else "")


def shown(value):
    """Of an Authorization header or a presigned URL; what the signer adds stands last."""
    return {
        "signature": re.findall("Signature=([0-9a-f]{64})", value)[-1],
        "signedHeaders": re.findall("SignedHeaders=([^,&]*)", value)[-1].replace("%3B", ";"),
    }


# --- botocore ---------------------------------------------------------------------------------

HEADER_SIGNERS = {
    "default": botocore.auth.SigV4Auth,
    "s3": botocore.auth.S3SigV4Auth,
    "s3express": botocore.auth.S3ExpressAuth,
}
QUERY_SIGNERS = {
    "default": botocore.auth.SigV4QueryAuth,
    "s3": botocore.auth.S3SigV4QueryAuth,
    "s3express": botocore.auth.S3ExpressQueryAuth,
}


def botocore_class(case, rules):
    signers = QUERY_SIGNERS if rules.is_presigned else HEADER_SIGNERS
    # botocore's S3 signers always send the hash.
    if not rules.is_s3 or (not rules.is_presigned and not rules.sends_content_sha256):
        return signers["default"]
    has_session = case["service"] == "s3express" and case["sessionToken"] and rules.signs_token
    return signers["s3express" if has_session else "s3"]


def sign_with_botocore(case):
    rules = Rules(case)
    base = botocore_class(case, rules)
    path_of = botocore.auth.SigV4Auth if rules.encodes_path_twice else botocore.auth.S3SigV4Auth
    payload = rules.payload or hashlib.sha256(rules.body).hexdigest()

    class Signer(base):
        # The path's encoding and the payload are options of ours; botocore has a class for each usual combination.
        _normalize_url_path = path_of._normalize_url_path

        def payload(self, request):
            return payload

        def canonical_request(self, request):
            self.shown = super().canonical_request(request)
            return self.shown

    arguments = {}
    if issubclass(base, (botocore.auth.S3ExpressAuth, botocore.auth.S3ExpressQueryAuth)):
        arguments["identity_cache"] = None
    if rules.is_presigned:
        arguments["expires"] = case["expires"]
    token = case["sessionToken"] if rules.signs_token else None
    # The session of S3 Express without the hash: botocore has no signer for it, but a header is a header.
    bare_session = token if case["service"] == "s3express" and base is botocore.auth.SigV4Auth else None
    credentials = Credentials(case["accessKeyId"], case["secretAccessKey"], None if bare_session else token)
    signer = Signer(credentials, case["service"], case["region"], **arguments)

    url = f"{case['scheme']}://{case['host']}{target(case)}"
    # A presigned request's body stays out: botocore would make parameters of it.
    request = AWSRequest(case["method"], url, data=None if rules.is_presigned else rules.body)
    for name, value in case["headers"]:
        request.headers[name] = value
    if bare_session:
        request.headers["X-Amz-S3session-Token"] = bare_session
    if rules.sends_content_sha256 and not rules.is_s3:
        request.headers["X-Amz-Content-SHA256"] = payload
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: (
        rules.now.replace(tzinfo=None) if remove_tzinfo else rules.now
    )
    signer.add_auth(request)
    value = request.url if rules.is_presigned else request.headers["Authorization"]
    return {**shown(value), "canonicalRequest": signer.shown}


# --- awscrt -----------------------------------------------------------------------------------


def sign_with_awscrt(case):
    rules = Rules(case)
    headers = [(name, value) for name, value in case["headers"]]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.append(("host", case["host"]))
    request = awscrt.http.HttpRequest(
        case["method"],
        target(case),
        awscrt.http.HttpHeaders(headers),
        io.BytesIO(rules.body) if rules.body else None,
    )
    kinds = awscrt.auth.AwsSignatureType
    body_headers = awscrt.auth.AwsSignedBodyHeaderType
    algorithms = awscrt.auth.AwsSigningAlgorithm
    is_express = case["service"] == "s3express" and case["sessionToken"]
    config = awscrt.auth.AwsSigningConfig(
        algorithm=algorithms.V4_S3EXPRESS if is_express else algorithms.V4,
        signature_type=kinds.HTTP_REQUEST_QUERY_PARAMS if rules.is_presigned else kinds.HTTP_REQUEST_HEADERS,
        credentials_provider=awscrt.auth.AwsCredentialsProvider.new_static(
            case["accessKeyId"], case["secretAccessKey"], case["sessionToken"]
        ),
        region=case["region"],
        service=case["service"],
        date=rules.now,
        use_double_uri_encode=rules.encodes_path_twice,
        should_normalize_uri_path=rules.encodes_path_twice,
        signed_body_value=rules.payload,
        signed_body_header_type=body_headers.X_AMZ_CONTENT_SHA_256 if rules.sends_content_sha256 else body_headers.NONE,
        expiration_in_seconds=case["expires"] if rules.is_presigned else None,
        omit_session_token=not rules.signs_token,
    )
    awscrt.auth.aws_sign_request(request, config).result()
    value = request.path if rules.is_presigned else request.headers.get("Authorization")
    return shown(value)


# ----------------------------------------------------------------------------------------------


def attempt(sign, case):
    try:
        return sign(case)
    except Exception as error:  # whatever it is, the test shall say which request it was
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    signers = {"botocore": sign_with_botocore}
    versions = {"botocore": botocore.__version__}
    if isinstance(awscrt, types.ModuleType):
        signers["awscrt"] = sign_with_awscrt
        versions["awscrt"] = awscrt.__version__
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        case = json.loads(line)
        asked = case.get("signers", signers)
        print(json.dumps({name: attempt(signers[name], case) for name in asked}), flush=True)


if __name__ == "__main__":
    main()
