"""The tokens and URLs of examples/recipes, as others make them: botocore, the AWS Common Runtime, AWS's signer for Kafka.

Reads JSON: `accessKeyId`, `secretAccessKey`, `sessionToken` and, in seconds, `epochSeconds`. Writes JSON: by recipe, what
came out.
"""

import base64
import datetime
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
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.credentials import CredentialProvider, Credentials
from botocore.hooks import HierarchicalEmitter
from botocore.model import ServiceId
from botocore.signers import RequestSigner

REGION = "eu-west-1"

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


def crt_websocket(service, host, path, omits_token):
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
        expiration_in_seconds=300,
        omit_session_token=omits_token,
    )
    awscrt.auth.aws_sign_request(request, config).result()
    return f"wss://{host}{request.path}"


def cache(service, query):
    return without_scheme(presigned(service, f"https://my-cache/?Action=connect&{query}", {}, 900))


def main():
    hostname = f"db.abc123.{REGION}.rds.amazonaws.com"
    cluster = f"abc123.dsql.{REGION}.on.aws"
    rds, dsql = client("rds"), client("dsql")
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
    }
    print(json.dumps(tokens))


main()
