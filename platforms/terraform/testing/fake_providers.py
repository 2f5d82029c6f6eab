"""Fakes Terraform providers, so that the real Terraform can plan and apply without a cloud.

    fake_providers.py SCHEMA FACTS

SCHEMA has the attributes of each type of resource, FACTS has what the provider's source says of some of them: which
attributes force a replacement, and what `terraform import` takes. The providers keep what was created in memory. They
refuse to create a thing twice and to import what is not there. The first line of output is the value for
TF_REATTACH_PROVIDERS. The process ends when its standard input does.

Not judged: conditions that FACTS states in prose, enumerated values, and attributes that a cloud fills in by itself.
"""

import json
import os
import re
import sys
import tempfile
import threading
import uuid
from concurrent import futures

import grpc
import msgpack
from tf.gen import grpc_controller_pb2 as controller
from tf.gen import grpc_controller_pb2_grpc as controller_rpc
from tf.gen import grpc_stdio_pb2_grpc as stdio_rpc
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

ACCOUNT = "000000000000"
UNKNOWN = msgpack.ExtType(0, b"\0")
MESSAGE_LIMIT = 256 << 20

# Words for parts of an import id, where the attribute is called otherwise.
ATTRIBUTES = {"DATABASE": "database_name", "TABLE": "table_name", "GROUP": "group_name", "BUS": "event_bus_name"}
# ARNs that follow from a name; others have digits that the cloud makes up.
ARNS = {
    "aws_dms_replication_config": "dms:eu-central-1:{account}:replication-config:{resource_identifier}",
    "aws_sfn_state_machine": "states:eu-central-1:{account}:stateMachine:{name}",
}
# What a cloud takes where nothing is set.
DEFAULTS = {"catalog_id": ACCOUNT, "group_name": "default"}


def encode(value):
    return pb.DynamicValue(msgpack=msgpack.packb(value))


def decode(value):
    return msgpack.unpackb(value.msgpack, strict_map_key=False)


def error(summary, detail, attribute=None):
    path = pb.AttributePath(steps=[pb.AttributePath.Step(attribute_name=attribute)]) if attribute else None
    return pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=summary, detail=detail, attribute=path)


class Shape:
    """The schema of a type of resource, as Terraform wants it."""

    NESTING = {"set": "set", "list": "list", "map": "map"}

    def __init__(self, attributes):
        self.attributes = attributes

    def resource(self):
        return pb.Schema(version=0, block=self.block(self.attributes, is_top=True))

    def data_source(self):
        """Every attribute is something to look for, and is filled in."""
        attributes = [
            pb.Schema.Attribute(name=name, type=self.type_text(shape), optional=True, computed=True)
            for name, shape in {"id": {"t": "string"}, **self.attributes}.items()
        ]
        return pb.Schema(version=0, block=pb.Schema.Block(attributes=attributes))

    def computed(self):
        return [name for name, shape in self.attributes.items() if shape.get("c") or name == "id"]

    def block(self, members, is_top=False):
        attributes, blocks = [], []
        for name, shape in members.items():
            if "b" in shape and shape.get("blk", 1):
                blocks.append(self.nested(name, shape))
                continue
            is_computed, is_required = bool(shape.get("c")), bool(shape.get("r"))
            attributes.append(
                pb.Schema.Attribute(
                    name=name,
                    type=self.type_text(shape),
                    required=is_required,
                    optional=not is_required and not is_computed,
                    computed=is_computed or (is_top and name == "id"),
                )
            )
        return pb.Schema.Block(attributes=attributes, block_types=blocks)

    def nested(self, name, shape):
        block, nesting = self.block(shape["b"]), shape["n"]
        kinds = pb.Schema.NestedBlock
        if nesting == "single":
            return kinds(type_name=name, block=block, nesting=kinds.SINGLE)
        return kinds(
            type_name=name,
            block=block,
            nesting=kinds.SET if "set" in nesting else kinds.LIST,
            min_items=1 if shape.get("r") else 0,
            max_items=1 if nesting.startswith("max1") else 0,
        )

    def type_text(self, shape):
        return json.dumps(self.type_of(shape)).encode()

    def type_of(self, shape):
        if "b" not in shape:
            return self.plain_type(shape["t"], shape.get("set"))
        members = ["object", {name: self.type_of(inner) for name, inner in shape["b"].items()}]
        collection = self.NESTING.get(shape["n"].removeprefix("max1"))
        return [collection, members] if collection else members

    def plain_type(self, kind, is_set=False):
        if isinstance(kind, list):
            return ["set" if is_set else "list", self.plain_type(kind[0])]
        if isinstance(kind, dict):
            return ["map", self.plain_type(kind["*"])]
        return "dynamic" if kind == "any" else kind


class Facts:
    """What the source of the provider says of a type of resource."""

    def __init__(self, facts, attributes):
        self.replacing = facts.get("force_new", [])
        self.counted = set(facts.get("block_flag_only", []))
        self.attributes = attributes
        self.import_form = self.parse(facts.get("import_id", "none"))

    def parse(self, text):
        """The attributes of an import id with what is between them: `CATALOG_ID:NAME as in …`; None if there is no import."""
        form = re.split(r" as in| or |, or| \(|$", text)[0]
        if form.startswith("none"):
            return None
        if match := re.match(r"(ARN|URL|UUID) of", text):
            form = match[1]
        # The attribute has its prefix already.
        form = form.removeprefix("alias/")
        parts = re.split(r"([A-Z_]+)", form)
        return [self.attribute(part) if re.fullmatch("[A-Z_]+", part) else (None, part) for part in parts if part]

    def attribute(self, word):
        for name in (ATTRIBUTES.get(word), word.lower()):
            if name in self.attributes:
                return (name, None)
        return ("id", None)

    def identity(self, state):
        """What imports the thing with this state; None if nothing does."""
        if self.import_form is None:
            return None
        values = [between or state.get(name) or DEFAULTS.get(name) for name, between in self.import_form]
        return None if any(value is None or value == UNKNOWN for value in values) else "".join(map(str, values))

    def replaced_by(self, before, after):
        """The top-level attributes whose change forces a replacement."""
        found = []
        for path in [*self.replacing, "region"]:
            steps = path.split(".")
            old, new = leaves(before, steps), leaves(after, steps)
            if path in self.counted:
                old, new = len(old), len(new)
            if old != new and steps[0] not in found:
                found.append(steps[0])
        return found


def leaves(value, steps):
    """Every value that is there at a path, through lists of blocks."""
    if isinstance(value, list):
        return [leaf for element in value for leaf in leaves(element, steps)]
    if not steps:
        return [] if value is None else [value]
    return leaves(value.get(steps[0]), steps[1:]) if isinstance(value, dict) else []


class Cloud:
    """What exists, by type and generated id."""

    def __init__(self):
        self.lock = threading.Lock()
        self.things = {}

    def of_type(self, kind):
        return [state for (of_kind, _), state in self.things.items() if of_kind == kind]


class Provider(rpc.ProviderServicer):
    def __init__(self, prefix, schema, facts):
        self.prefix = prefix
        kinds = {kind: shape for kind, shape in schema["resources"].items() if kind.startswith(prefix + "_")}
        self.shapes = {kind: Shape(attributes) for kind, attributes in kinds.items()}
        self.facts = {kind: Facts(facts.get(kind, {}), attributes) for kind, attributes in kinds.items()}
        self.cloud = Cloud()
        # Terraform asks for it whenever it runs.
        self.schema = self.make_schema()

    # The schema.

    def GetMetadata(self, request, context):
        answer = pb.GetMetadata.Response
        return answer(
            resources=[answer.ResourceMetadata(type_name=kind) for kind in self.shapes],
            data_sources=[answer.DataSourceMetadata(type_name=kind) for kind in self.shapes],
        )

    def GetProviderSchema(self, request, context):
        return self.schema

    def make_schema(self):
        texts = {"aws": ["region", "profile"], "azurerm": ["subscription_id", "tenant_id"]}.get(self.prefix, [])
        attributes = [pb.Schema.Attribute(name=name, type=b'"string"', optional=True) for name in texts]
        attributes.append(pb.Schema.Attribute(name="allowed_account_ids", type=b'["set","string"]', optional=True))
        features = pb.Schema.NestedBlock(
            type_name="features", nesting=pb.Schema.NestedBlock.LIST, max_items=1, block=pb.Schema.Block()
        )
        tags = pb.Schema.NestedBlock(
            type_name="default_tags",
            nesting=pb.Schema.NestedBlock.LIST,
            max_items=1,
            block=pb.Schema.Block(
                attributes=[pb.Schema.Attribute(name="tags", type=b'["map","string"]', optional=True)]
            ),
        )
        return pb.GetProviderSchema.Response(
            provider=pb.Schema(
                version=0, block=pb.Schema.Block(attributes=attributes, block_types=[features, tags])
            ),
            resource_schemas={kind: shape.resource() for kind, shape in self.shapes.items()},
            data_source_schemas={kind: shape.data_source() for kind, shape in self.shapes.items()},
        )

    def ValidateProviderConfig(self, request, context):
        return pb.ValidateProviderConfig.Response()

    def ConfigureProvider(self, request, context):
        return pb.ConfigureProvider.Response()

    def StopProvider(self, request, context):
        return pb.StopProvider.Response()

    def GetFunctions(self, request, context):
        return pb.GetFunctions.Response()

    def ValidateResourceConfig(self, request, context):
        config = decode(request.config) or {}
        set_here = [
            name
            for name, shape in self.shapes[request.type_name].attributes.items()
            if shape.get("c") and config.get(name) is not None
        ]
        return pb.ValidateResourceConfig.Response(
            diagnostics=[error("Expression for unconfigurable attribute", f"{name} is read-only", name) for name in set_here]
        )

    def ValidateDataResourceConfig(self, request, context):
        return pb.ValidateDataResourceConfig.Response()

    # The life of a resource.

    def UpgradeResourceState(self, request, context):
        return pb.UpgradeResourceState.Response(upgraded_state=encode(json.loads(request.raw_state.json)))

    def ReadResource(self, request, context):
        state = decode(request.current_state)
        with self.cloud.lock:
            there = self.cloud.things.get((request.type_name, state["id"]))
        return pb.ReadResource.Response(new_state=encode(there))

    def PlanResourceChange(self, request, context):
        kind = request.type_name
        before, after = decode(request.prior_state), decode(request.proposed_new_state)
        replaced_by = []
        if after is not None and before is None:
            for name in self.shapes[kind].computed():
                if after.get(name) is None:
                    after[name] = UNKNOWN
        elif after is not None:
            replaced_by = self.facts[kind].replaced_by(before, after)
        paths = [
            pb.AttributePath(steps=[pb.AttributePath.Step(attribute_name=name)]) for name in replaced_by
        ]
        return pb.PlanResourceChange.Response(planned_state=encode(after), requires_replace=paths)

    def ApplyResourceChange(self, request, context):
        kind = request.type_name
        before, after = decode(request.prior_state), decode(request.planned_state)
        answer = pb.ApplyResourceChange.Response
        with self.cloud.lock:
            if after is None:
                self.cloud.things.pop((kind, before["id"]), None)
                return answer(new_state=encode(None))
            if before is None:
                identity = self.facts[kind].identity(after)
                if identity is not None and self.find(kind, identity):
                    problem = error("Already exists", f"a {kind} `{identity}` is there already")
                    return answer(new_state=encode(None), diagnostics=[problem])
            self.fill(kind, after)
            self.cloud.things[(kind, after["id"])] = after
        return answer(new_state=encode(after))

    def fill(self, kind, state):
        for name in self.shapes[kind].computed():
            if state.get(name) != UNKNOWN:
                continue
            digits = uuid.uuid4().hex[:12]
            shape = self.shapes[kind].attributes.get(name, {"t": "string"})
            state[name] = digits if shape["t"] == "string" else None
            if name == "arn" and kind in ARNS:
                state[name] = "arn:aws:" + ARNS[kind].format(account=ACCOUNT, **state)
            elif name == "arn":
                state[name] = f"arn:aws:{kind.split('_')[1]}:eu-central-1:{ACCOUNT}:{digits}"

    # What others made.

    def find(self, kind, identity):
        return [state for state in self.cloud.of_type(kind) if self.facts[kind].identity(state) == identity]

    def ImportResourceState(self, request, context):
        kind, answer = request.type_name, pb.ImportResourceState.Response
        if self.facts[kind].import_form is None:
            return answer(diagnostics=[error("Import not supported", f"nothing is known of the import of {kind}")])
        with self.cloud.lock:
            there = self.find(kind, request.id)
        if not there:
            return answer(diagnostics=[error("Cannot import", f"there is no {kind} with the id `{request.id}`")])
        return answer(imported_resources=[pb.ImportResourceState.ImportedResource(type_name=kind, state=encode(there[0]))])

    def ReadDataSource(self, request, context):
        kind, answer = request.type_name, pb.ReadDataSource.Response
        wanted = {name: value for name, value in decode(request.config).items() if value is not None}
        with self.cloud.lock:
            fits = lambda state: all(state.get(name) == value for name, value in wanted.items())
            there = [state for state in self.cloud.of_type(kind) if fits(state)]
        if len(there) != 1:
            return answer(diagnostics=[error("No single match", f"{len(there)} things of {kind} match {wanted}")])
        return answer(state=encode(there[0]))


class Controller(controller_rpc.GRPCControllerServicer):
    def Shutdown(self, request, context):
        return controller.Empty()


class Stdio(stdio_rpc.GRPCStdioServicer):
    def StreamStdio(self, request, context):
        return iter([])


def serve(folder, prefix, provider):
    """Starts a provider at a socket, and returns where Terraform finds it."""
    socket = f"{folder}/{prefix}.sock"
    limits = [(f"grpc.max_{way}_message_length", MESSAGE_LIMIT) for way in ("send", "receive")]
    server = grpc.server(futures.ThreadPoolExecutor(8), options=limits)
    rpc.add_ProviderServicer_to_server(provider, server)
    controller_rpc.add_GRPCControllerServicer_to_server(Controller(), server)
    stdio_rpc.add_GRPCStdioServicer_to_server(Stdio(), server)
    server.add_insecure_port(f"unix://{socket}")
    server.start()
    address = {"Network": "unix", "String": socket}
    return server, {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}


def main():
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    with open(sys.argv[2]) as file:
        facts = json.load(file)["resources"]
    with tempfile.TemporaryDirectory() as folder:
        served = {}
        for source in schema["providers"]:
            prefix = source.rsplit("/", 1)[1]
            served[source] = serve(folder, prefix, Provider(prefix, schema, facts))
        print(json.dumps({source: address for source, (_, address) in served.items()}), flush=True)
        sys.stdin.read()
        for server, _ in served.values():
            server.stop(None)


if __name__ == "__main__":
    main()
