"""The tokens and URLs of sigv4-wasm/tokens, as others make them: botocore, the AWS Common Runtime, AWS's signer for Kafka, hvac, and
Google's client for AWS.

Reads JSON: `accessKeyId`, `secretAccessKey`, `sessionToken` and, in seconds, `epochSeconds`. Writes JSON: by token, what
came out.
"""

import base64
import datetime
import hashlib
import hmac
import json
import os
import sys
from types import SimpleNamespace
from urllib.parse import quote

os.environ["BOTO_DISABLE_CRT"] = "true"  # botocore shall sign by itself

import awscrt.auth
import awscrt.http
import botocore.auth
import botocore.session
import google.auth.aws
import hvac.aws_utils
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.credentials import CredentialProvider, Credentials
from botocore.hooks import HierarchicalEmitter
from botocore.model import ServiceId
from botocore.signers import RequestSigner

REGION = "eu-west-1"
AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/a"

given = SimpleNamespace(**json.load(sys.stdin))
now = datetime.datetime.fromtimestamp(given.epochSeconds, datetime.timezone.utc)
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: now.replace(tzinfo=None) if remove_tzinfo else now
credentials = Credentials(given.accessKeyId, given.secretAccessKey, given.sessionToken)


def client(service):
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        aws_access_key_id=given.accessKeyId,
        aws_secret_access_key=given.secretAccessKey,
        aws_session_token=given.sessionToken,
    )


def presigned(service, url, headers, expires):
    events = HierarchicalEmitter()  # the signer holds it weakly
    signer = RequestSigner(ServiceId(service), REGION, service, "v4", credentials, events)
    request = {"method": "GET", "url": url, "body": {}, "headers": headers, "context": {}}
    return signer.generate_presigned_url(request, "", expires_in=expires, region_name=REGION)


def without_scheme(url):
    return url.split("//", 1)[1]


def eks(cluster):
    url = f"https://sts.{REGION}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    token = presigned("sts", url, {"x-k8s-aws-id": cluster}, 60)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def msk():
    class Given(CredentialProvider):
        def load(self):
            return credentials

    token, expires_at = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(REGION, Given())
    return {"value": token, "expiresAt": expires_at}


def crt_websocket(service, host, path, omits_token, expires=300):
    """As the AWS IoT device SDKs sign the handshake of MQTT over WebSocket."""
    request = awscrt.http.HttpRequest("GET", path, awscrt.http.HttpHeaders([("host", host)]))
    config = awscrt.auth.AwsSigningConfig(
        algorithm=awscrt.auth.AwsSigningAlgorithm.V4,
        signature_type=awscrt.auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
        credentials_provider=awscrt.auth.AwsCredentialsProvider.new_static(
            given.accessKeyId, given.secretAccessKey, given.sessionToken
        ),
        region=REGION,
        service=service,
        date=now,
        expiration_in_seconds=expires,
        omit_session_token=omits_token,
    )
    awscrt.auth.aws_sign_request(request, config).result()
    return f"wss://{host}{request.path}"


def quote_query(client_id):
    arn = quote(f"arn:aws:kinesisvideo:{REGION}:123456789012:channel/a/1", safe="")
    return f"X-Amz-ChannelARN={arn}" + (f"&X-Amz-ClientId={quote(client_id)}" if client_id else "")


def cache(service, query):
    return without_scheme(presigned(service, f"https://my-cache/?Action=connect&{query}", {}, 900))


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return now

    @classmethod
    def utcnow(cls):
        return now.replace(tzinfo=None)


def vault(server_id, region):
    """As iam_login of hvac."""
    hvac.aws_utils.datetime = Clock
    request = hvac.aws_utils.generate_sigv4_auth_request(header_value=server_id)
    signer = hvac.aws_utils.SigV4Auth(given.accessKeyId, given.secretAccessKey, given.sessionToken, region)
    signer.add_auth(request)
    return {
        "method": request.method,
        "url": request.url,
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "body": request.body,
    }


def gcp(audience):
    """As google.auth.aws.Credentials makes its subject token, without the quoting around it."""
    google.auth.aws._helpers.utcnow = lambda: now.replace(tzinfo=None)
    supplier = google.auth.aws.AwsSecurityCredentials(given.accessKeyId, given.secretAccessKey, given.sessionToken)
    url = f"https://sts.{REGION}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
    return google.auth.aws.RequestSigner(REGION).get_request_options(
        supplier, url, "POST", additional_headers={"x-goog-cloud-target-resource": audience}
    )


def ses(secret, region):
    """The program in "Obtaining SES SMTP credentials by converting existing AWS credentials"."""
    signature = ("AWS4" + secret).encode()
    for message in ["11111111", region, "ses", "aws4_request", "SendRawEmail"]:
        signature = hmac.new(signature, message.encode(), hashlib.sha256).digest()
    return base64.b64encode(bytes([0x04]) + signature).decode()


def redshift():
    sent = []
    service = client("redshift-serverless")

    def keep(request, **_):
        sent.append(request)
        return SimpleNamespace(status_code=200, headers={}, content=b"{}", text="{}")

    service.meta.events.register("before-send.redshift-serverless.GetCredentials", keep)
    service.get_credentials(workgroupName="default", dbName="dev", durationSeconds=900)
    [request] = sent
    text = lambda value: value.decode() if isinstance(value, bytes) else value
    names = ["authorization", "content-type", "x-amz-date", "x-amz-security-token", "x-amz-target"]
    headers = {name: text(request.headers[name]) for name in names if name in request.headers}
    headers["authorization"] = headers["authorization"][:-64]
    return {"method": request.method, "url": request.url, "headers": headers, "body": json.loads(request.body)}


def main():
    hostname = f"db.abc123.{REGION}.rds.amazonaws.com"
    cluster = f"abc123.dsql.{REGION}.on.aws"
    rds, dsql = client("rds"), client("dsql")
    channel = f"v-1a2b3c4d.kinesisvideo.{REGION}.amazonaws.com"
    stream = "/stream-transcription-websocket?language-code=en-US&media-encoding=pcm&sample-rate=16000"
    tokens = {
        "rds": rds.generate_db_auth_token(hostname, 5432, "app user@x+y"),
        "dsql": dsql.generate_db_connect_auth_token(cluster, REGION),
        "dsql, admin": dsql.generate_db_connect_admin_auth_token(cluster, REGION),
        "eks": eks("my-cluster"),
        "msk": msk(),
        "iot": crt_websocket("iotdevicegateway", f"abc-ats.iot.{REGION}.amazonaws.com", "/mqtt", True),
        "transcribe": crt_websocket("transcribe", f"transcribestreaming.{REGION}.amazonaws.com:8443", stream, False),
        "elasticache": cache("elasticache", f"User={quote('app user')}"),
        "elasticache, serverless": cache("elasticache", "User=app&ResourceType=ServerlessCache"),
        "memorydb": cache("memorydb", "User=app"),
        "transcribe, medical": crt_websocket(
            "transcribe", f"transcribestreaming.{REGION}.amazonaws.com:8443", f"/medical-{stream[1:]}", False
        ),
        "kinesis": crt_websocket("kinesisvideo", channel, f"/?{quote_query('viewer 1')}", False, 299),
        "kinesis, master": crt_websocket("kinesisvideo", channel, f"/?{quote_query(None)}", False, 299),
        "vault": vault("vault.example.com", "us-east-1"),
        "vault, without an id": vault(None, "us-east-1"),
        "gcp": gcp(AUDIENCE),
        "ses": ses(given.secretAccessKey, REGION),
        "redshift": redshift(),
    }
    print(json.dumps(tokens))


main()
