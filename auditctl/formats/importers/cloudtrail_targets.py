"""What a CloudTrail record was done to.

A record may list its ``resources``; about a third of them do. Of the others the parameters of the
request, and the identifiers in its answer, tell it. Types are named as in ``resources``, which is
as CloudFormation names them.
"""

from typing import Any

Target = dict[str, Any]

# parameters that mean the same in every service
_ANYWHERE = {
    "bucketName": "AWS::S3::Bucket",
    "bucket": "AWS::S3::Bucket",
    "roleName": "AWS::IAM::Role",
    "roleArn": "AWS::IAM::Role",
    "userName": "AWS::IAM::User",
    "policyArn": "AWS::IAM::ManagedPolicy",
    "policyName": "AWS::IAM::Policy",
    "instanceProfileName": "AWS::IAM::InstanceProfile",
    "accessKeyId": "AWS::IAM::AccessKey",
    "secretId": "AWS::SecretsManager::Secret",
    "functionName": "AWS::Lambda::Function",
    "tableName": "AWS::DynamoDB::Table",
    "topicArn": "AWS::SNS::Topic",
    "queueUrl": "AWS::SQS::Queue",
    "queueName": "AWS::SQS::Queue",
    "streamName": "AWS::Kinesis::Stream",
    "stackName": "AWS::CloudFormation::Stack",
    "logGroupName": "AWS::Logs::LogGroup",
    "trailName": "AWS::CloudTrail::Trail",
    "trailNameList": "AWS::CloudTrail::Trail",
    "clusterName": "AWS::ECS::Cluster",
    "repositoryName": "AWS::ECR::Repository",
    "hostedZoneId": "AWS::Route53::HostedZone",
    "certificateArn": "AWS::CertificateManager::Certificate",
    "dBInstanceIdentifier": "AWS::RDS::DBInstance",
    "dBClusterIdentifier": "AWS::RDS::DBCluster",
    "loadBalancerArn": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "instanceId": "AWS::EC2::Instance",
    "instanceIds": "AWS::EC2::Instance",
    "imageId": "AWS::EC2::Image",
    "volumeId": "AWS::EC2::Volume",
    "snapshotId": "AWS::EC2::Snapshot",
    "vpcId": "AWS::EC2::VPC",
    "subnetId": "AWS::EC2::Subnet",
    "groupId": "AWS::EC2::SecurityGroup",
    "routeTableId": "AWS::EC2::RouteTable",
    "internetGatewayId": "AWS::EC2::InternetGateway",
    "natGatewayId": "AWS::EC2::NatGateway",
    "flowLogId": "AWS::EC2::FlowLog",
    "allocationId": "AWS::EC2::EIP",
    "networkInterfaceId": "AWS::EC2::NetworkInterface",
}

# parameters whose meaning depends on the service: (service, parameter)
_BY_SERVICE = {
    ("cloudtrail", "name"): "AWS::CloudTrail::Trail",
    ("ec2", "groupName"): "AWS::EC2::SecurityGroup",
    ("ec2", "keyName"): "AWS::EC2::KeyPair",
    ("eks", "clusterName"): "AWS::EKS::Cluster",
    ("eks", "name"): "AWS::EKS::Cluster",
    ("events", "name"): "AWS::Events::Rule",
    ("iam", "groupName"): "AWS::IAM::Group",
    ("kms", "keyId"): "AWS::KMS::Key",
    ("kms", "targetKeyId"): "AWS::KMS::Key",
    ("kms", "aliasName"): "AWS::KMS::Alias",
    ("lambda", "functionArn"): "AWS::Lambda::Function",
    ("secretsmanager", "name"): "AWS::SecretsManager::Secret",
    ("sns", "name"): "AWS::SNS::Topic",
    ("ssm", "name"): "AWS::SSM::Parameter",
    ("ssm", "names"): "AWS::SSM::Parameter",
    ("ssm", "documentName"): "AWS::SSM::Document",
}


def targets_of(record: dict[str, Any]) -> list[Target]:
    """Return the targets of a CloudTrail record, each once, as values for an event."""
    resources = record.get("resources")
    if isinstance(resources, list):
        listed = [_from_resource(resource) for resource in resources if isinstance(resource, dict)]
        targets = [target for target in listed if target is not None]
        if targets:
            return _each_once(targets)
    service = str(record.get("eventSource", "")).removesuffix(".amazonaws.com")
    request = record.get("requestParameters")
    targets = _from_parameters(service, request)
    targets.extend(_from_parameters(service, record.get("responseElements")))
    if service == "s3" and isinstance(request, dict):
        targets.extend(_object_in_bucket(request))
    return _each_once(targets)


def _each_once(targets: list[Target]) -> list[Target]:
    seen: dict[tuple[str, str], Target] = {}
    for target in targets:
        seen.setdefault((target["type"], target["id"]), target)
    return list(seen.values())


def _from_resource(resource: dict[str, Any]) -> Target | None:
    arn = _first_text(resource, "ARN", "arn", "ARNPrefix", "resourceName")
    if arn is None:
        return None
    account = _first_text(resource, "accountId")
    metadata = {"account": account} if account else {}
    kind = _first_text(resource, "type", "resourceType") or _type_of_arn(arn)
    return {"id": arn, "type": kind, "name": _name_of_arn(arn), "metadata": metadata}


def _first_text(values: dict[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = values.get(key)
        if isinstance(value, str) and value:
            return value
    return None


# arn:partition:service:region:account:resource
_ARN_PARTS = 6


def _type_of_arn(arn: str) -> str:
    """Return ``service:kind`` of a resource without a type, such as ``secretsmanager:secret``."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return "resource"
    kind = parts[5].replace("/", ":").partition(":")[0]
    return parts[2] if kind == parts[5] or parts[2] == "s3" else f"{parts[2]}:{kind}"


def _name_of_arn(arn: str) -> str | None:
    parts = arn.split(":", _ARN_PARTS - 1)
    return parts[5] or None if len(parts) == _ARN_PARTS else None


def _from_parameters(service: str, parameters: object) -> list[Target]:
    """Return what the parameters name, also one level down.

    EC2 writes ``{"instancesSet": {"items": [{"instanceId": ...}]}}``, ``{"vpc": {"vpcId": ...}}``
    and ``{"DeleteNatGatewayRequest": {"NatGatewayId": ...}}``.
    """
    if not isinstance(parameters, dict):
        return []
    targets = _named(service, parameters)
    for value in parameters.values():
        if isinstance(value, dict):
            items = value.get("items", value.get("item"))
            for one in items if isinstance(items, list) else [value]:
                targets.extend(_named(service, one))
    return targets


def _named(service: str, parameters: object) -> list[Target]:
    if not isinstance(parameters, dict):
        return []
    targets: list[Target] = []
    for name, value in parameters.items():
        parameter = name[:1].lower() + name[1:]
        kind = _BY_SERVICE.get((service, parameter)) or _ANYWHERE.get(parameter)
        if parameter in ("resourceId", "resourceIdList"):
            named_kind = parameters.get("resourceType")
            kind = named_kind if isinstance(named_kind, str) and named_kind else "resource"
        if kind is not None:
            targets.extend({"id": one, "type": kind} for one in _texts(value))
    return targets


def _texts(value: object) -> list[str]:
    """Return a text, the texts of a list, or the content of ``{"tag": 1, "content": "..."}``."""
    if isinstance(value, dict):
        value = value.get("content")
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str) and one]


def _object_in_bucket(request: dict[str, Any]) -> list[Target]:
    bucket, key = request.get("bucketName"), request.get("key")
    if isinstance(bucket, str) and isinstance(key, str) and key:
        return [{"id": f"{bucket}/{key}", "type": "AWS::S3::Object", "name": key}]
    return []
