"""Prints the host of every endpoint that botocore knows or forms, with the signing names and regions it uses there.

For every service: each partition, region (and the pseudo region of the whole partition), FIPS and dual-stack, each set
of parameters and each host prefix that its operations have. One line of JSON for each host: the host, then
`[scheme, signing name, signing region or region set, service]` of each way to get there. Names of regions and services only.

Sources: the rule sets, `partitions.json` and the service models (what botocore's clients resolve with), and the
explicit entries of `endpoints.json`, which hold hosts that rule sets do not form any more.
"""

import json
import re
import sys
from urllib.parse import urlsplit

import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError

ACCOUNT = "123456789012"
# What operations put into the endpoint. Every name that a rule set takes and that is not set here stays away.
VALUES = {
    "s3": [
        {"Bucket": "bucket"},
        {"Bucket": "bucket", "ForcePathStyle": True},
        {"Bucket": "bucket", "Accelerate": True},
        {"Bucket": "my.bucket"},
        {"Bucket": "bucket", "UseGlobalEndpoint": True},
        {"UseGlobalEndpoint": True},
        {"Bucket": "bucket--{zone}--x-s3"},
        {"Bucket": "bucket--{zone}--x-s3", "DisableS3ExpressSessionAuth": True},
        {"Bucket": "point--{zone}--xa-s3"},
        {"UseS3ExpressControlEndpoint": True, "Bucket": "bucket--{zone}--x-s3"},
        {"Bucket": "arn:{partition}:s3:{region}:" + ACCOUNT + ":accesspoint:point", "UseArnRegion": True},
        {"Bucket": "arn:{partition}:s3::" + ACCOUNT + ":accesspoint:alias.mrap"},
        {"Bucket": "arn:{partition}:s3-object-lambda:{region}:" + ACCOUNT + ":accesspoint:point"},
        {"Bucket": "arn:{partition}:s3-outposts:{region}:" + ACCOUNT + ":outpost:op-01:accesspoint:point"},
        {"Bucket": "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3"},
        {"UseObjectLambdaEndpoint": True},
    ],
    "s3control": [
        {"AccountId": ACCOUNT, "RequiresAccountId": True},
        {"OutpostId": "op-01"},
        {"AccountId": ACCOUNT, "AccessPointName": "arn:{partition}:s3-outposts:{region}:" + ACCOUNT + ":outpost:op-01:accesspoint:point"},
        {"AccountId": ACCOUNT, "Bucket": "arn:{partition}:s3-outposts:{region}:" + ACCOUNT + ":outpost:op-01:bucket:bucket"},
        {"AccountId": ACCOUNT, "UseS3ExpressControlEndpoint": True, "AccessPointName": "point--{zone}--xa-s3"},
    ],
    "sts": [{"UseGlobalEndpoint": True}],
    "cloudfront-keyvaluestore": [{"KvsARN": "arn:aws:cloudfront::" + ACCOUNT + ":key-value-store/00000000"}],
    "events": [{"EndpointId": "abc123.456def"}],
    "sesv2": [{"EndpointId": "abc123.456def"}],
}


def main():
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    partitions = loader.load_data("partitions")
    ways = {}

    def put(host, scheme, name, region, service):
        ways.setdefault(host, set()).add((scheme, name, region, service))

    for service in session.get_available_services():
        model = session.get_service_model(service)
        rules = loader.load_service_model(service, "endpoint-rule-set-1")
        provider = EndpointProvider(rules, partitions)
        known = rules["parameters"]
        calls = calls_of(service, model, known)
        for partition in partitions["partitions"]:
            for region in partition["regions"]:
                for variant in range(4):
                    for parameters, prefixes in calls:
                        given = {"Region": region, "UseFIPS": variant % 2 == 1, "UseDualStack": variant > 1}
                        given.update(parameters)
                        fill = {"partition": partition["id"], "region": region, "zone": zone(region)}
                        given = {
                            key: filled(value, fill) for key, value in given.items() if key in known
                        }
                        try:
                            endpoint = provider.resolve_endpoint(**given)
                        except BotoCoreError:
                            continue  # a combination that the service does not have
                        host = urlsplit(endpoint.url).hostname
                        for scheme in endpoint.properties.get("authSchemes") or [{}]:
                            name = scheme.get("signingName", model.signing_name)
                            sets = scheme.get("signingRegionSet")
                            signs = ",".join(sets) if sets else scheme.get("signingRegion", region)
                            for prefix in prefixes:
                                put(prefix + host, scheme.get("name", "sigv4"), name, signs, service)
    for partition in loader.load_data("endpoints")["partitions"]:
        for prefix, names in names_by_prefix(session).items():
            for endpoint in partition["services"].get(prefix, {}).get("endpoints", {}).items():
                for host, region in explicit(partition, *endpoint):
                    for name in names:
                        put(host, "sigv4", name, region, prefix)
    for host in sorted(ways):
        json.dump([host, sorted(ways[host])], sys.stdout)
        print()


def names_by_prefix(session):
    """Signing names by what `endpoints.json` calls the service."""
    names = {}
    for service in session.get_available_services():
        model = session.get_service_model(service)
        if model.metadata.get("signatureVersion", "v4") != "v2":
            names.setdefault(model.endpoint_prefix, set()).add(model.signing_name)
    return names


def explicit(partition, name, endpoint):
    """Hosts that stand there in full, with their region."""
    region = endpoint.get("credentialScope", {}).get("region") or name
    if region in partition["regions"]:
        for entry in [endpoint, *endpoint.get("variants", [])]:
            if "hostname" in entry:
                yield entry["hostname"], region


def calls_of(service, model, known):
    """Parameters besides region and variant, each with the host prefixes of the operations that have them."""
    calls = {}

    def call(parameters, prefix):
        calls.setdefault(json.dumps(parameters, sort_keys=True), {""}).add(prefix)

    call({}, "")
    for parameters in VALUES.get(service, []):
        call(parameters, "")
    if "AccountId" in known:
        call({"AccountId": ACCOUNT, "AccountIdEndpointMode": "preferred"}, "")
    for name in model.operation_names:
        operation = model.operation_model(name)
        if operation.auth_type == "none":
            continue
        fixed = {param.name: param.value for param in operation.static_context_parameters}
        prefix = (operation.endpoint or {}).get("hostPrefix", "")
        call(fixed, re.sub(r"\{\w+\}", "label", prefix))
        if "AccountId" in known:
            call({**fixed, "AccountId": ACCOUNT, "AccountIdEndpointMode": "preferred"}, re.sub(r"\{\w+\}", "label", prefix))
    return [(json.loads(parameters), sorted(prefixes)) for parameters, prefixes in calls.items()]


def zone(region):
    """An availability zone id such as `usw2-az1`."""
    return re.sub(r"^(\w\w)\w*-(?:.*-)?(\w)\w*-(\d+)$", r"\1\2\3", region) + "-az1"


def filled(value, fill):
    return value.format(**fill) if isinstance(value, str) else value


if __name__ == "__main__":
    main()
