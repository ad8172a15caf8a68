"""Calls the service with grpcio, from the descriptors alone: usage entitlement_grpc.py DESCRIPTORS ADDRESS KEY_FILE SCENARIO.

Prints what it saw as one JSON document; the tests judge it.
"""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

PACKAGE = "entitlement.v1"


class Contract:
    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet.FromString(open(path, "rb").read())
        self.pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self.pool.Add(file)
        self.factory = message_factory.MessageFactory(self.pool)

    def message(self, name, **fields):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))(**fields)

    def method(self, channel, name):
        service, rpc = name.rsplit("/", 1)
        method = self.pool.FindServiceByName(service).FindMethodByName(rpc)
        request, response = (self.factory.GetPrototype(kind) for kind in (method.input_type, method.output_type))
        proto = descriptor_pb2.MethodDescriptorProto()
        method.CopyToProto(proto)
        kind = ("stream" if proto.client_streaming else "unary") + "_" + ("stream" if proto.server_streaming else "unary")
        open_call = getattr(channel, kind)
        return open_call(f"/{name}", request_serializer=request.SerializeToString, response_deserializer=response.FromString), request

    def refusal(self, error):
        """A failed call as the details in its trailers tell it."""
        trailers = dict(error.trailing_metadata() or ())
        seen = {"code": error.code().name, "message": error.details(), "details": {}}
        packed = trailers.get("grpc-status-details-bin")
        if packed is not None:
            status = self.message("google.rpc.Status")
            status.ParseFromString(packed)
            seen["status_code"] = status.code
            for detail in status.details:
                name = detail.type_url.rsplit("/", 1)[1]
                message = self.message(name)
                message.ParseFromString(detail.value)
                seen["details"][name] = json_format.MessageToDict(message, preserving_proto_field_name=True)
        return seen


class Client:
    def __init__(self, contract, address, key_file):
        self.contract = contract
        self.channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", 16 << 20)])
        self.key = (("authorization", "Bearer " + open(key_file).read().strip()),)

    def call(self, name, fields=None, metadata=None, timeout=60):
        method, request = self.contract.method(self.channel, name if "/" in name else self.full(name))
        return method(request(**(fields or {})), metadata=self.key if metadata is None else metadata, timeout=timeout)

    def full(self, rpc):
        service = "License" if "License" in rpc else "Product" if "Product" in rpc else "Account"
        return f"{PACKAGE}.{service}Service/{rpc}"

    def refused(self, name, **arguments):
        try:
            self.call(name, **arguments)
        except grpc.RpcError as error:
            return self.contract.refusal(error)
        raise AssertionError(f"{name} was not refused")


def estate(client):
    """A product, an account, a license: made, read and listed."""
    product = client.call("CreateProduct", {"product": {"code": "py-cad", "display_name": "Python CAD"}}).product
    account = client.call("CreateAccount", {"account": {"display_name": "Kunde Ä"}}).account
    license = client.call("CreateLicense", {
        "parent": account.name,
        "license": {"product": product.name, "machine_limit": 3, "features": [{"code": "camera", "counts": 2, "quantity": 4}]},
    }).license
    listed = client.call("ListLicenses", {"parent": account.name}).licenses
    return {
        "product_code": client.call("GetProduct", {"name": product.name}).product.code,
        "display_name": client.call("GetAccount", {"name": account.name}).account.display_name,
        "slc": license.slc,
        "ending": license.slc_ending,
        "listed": [item.name for item in listed] == [license.name],
    }


def refusals(client):
    """Each kind of refusal, with its details."""
    return {
        "missing": client.refused("GetProduct", fields={"name": "products/01981d00-0000-7000-8000-000000000000"}),
        "invalid": client.refused("CreateProduct", fields={"product": {"code": "No Good", "display_name": "x"}}),
        "anonymous": client.refused("ListProducts", metadata=()),
        "wrong_key": client.refused("ListProducts", metadata=(("authorization", "Bearer nonsense"),)),
        "file": client.refused(f"{PACKAGE}.ActivationService/Activate", fields={"license_request": b"nonsense"}, metadata=()),
        "deadline": client.refused("ListProducts", timeout=0.000001),
    }


def standards(client):
    """Health and reflection, as tools that know nothing of us use them."""
    check = client.call("grpc.health.v1.Health/Check", metadata=())
    watch = client.call("grpc.health.v1.Health/Watch", metadata=())
    first = next(iter(watch))
    watch.cancel()
    seen = {"check": check.status, "watch": first.status}
    for version in ("v1", "v1alpha"):
        method, request = client.contract.method(client.channel, f"grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")
        questions = iter([request(list_services="*"), request(file_containing_symbol=f"{PACKAGE}.ActivationService")])
        answers = list(method(questions, timeout=60))
        seen[version] = {
            "services": sorted(service.name for service in answers[0].list_services_response.service),
            "files": len(answers[1].file_descriptor_response.file_descriptor_proto),
        }
    return seen


def main():
    descriptors, address, key_file, scenario = sys.argv[1:]
    client = Client(Contract(descriptors), address, key_file)
    print(json.dumps({"estate": estate, "refusals": refusals, "standards": standards}[scenario](client)))


if __name__ == "__main__":
    main()
