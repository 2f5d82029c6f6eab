"""What was rendered, as the tests run it: the script as it is, and its arguments, with folders in the place of buckets."""

import json
import pathlib
import runpy
import sys


# The settings of Spark for a test: a small one, for this machine alone.
QUIET = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    # A few rows are read: to compile a program for each query takes longer than to interpret it.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}


class Rendered:
    def __init__(self, folder, buckets):
        self.folder, self.buckets = pathlib.Path(folder), pathlib.Path(buckets)
        self.scripts = json.loads((self.folder / "foundation/jobs.tf.json").read_text())["resource"]["aws_s3_object"]
        # Each actor has jobs of its own.
        states = [json.loads(path.read_text()) for path in self.folder.glob("shared/before/access/*/*.tf.json")]
        jobs = [jobs for state in states for jobs in state.get("resource", {}).get("aws_glue_job", {}).values()]
        self.arguments = [job["default_arguments"] for job in jobs]
        # Where jobs find the module that they have in common.
        library = self.scripts["library"]
        for arguments in self.arguments:
            assert arguments["--extra-py-files"] == f"s3://{library['bucket']}/{library['key']}", arguments
        sys.path.insert(0, str((self.folder / "foundation" / pathlib.Path(library["source"]).name).parent))

    def dataset(self, label):
        blocks = json.loads((self.folder / f"shards/main/{label}.tf.json").read_text())["resource"]
        return blocks["aws_glue_catalog_table"][label], blocks["aws_s3_object"][f"definition-{label}"]

    def local(self, text):
        """The text with files in the place of objects."""
        return text.replace("s3://", f"file://{self.buckets}/")

    def definition(self, label):
        """Puts a definition where the job finds it, and returns its address and its content."""
        return self.put(self.dataset(label)[1])

    def export_definition(self, label, server=None):
        """Puts the definition of an export where the job finds it, of a server that is elsewhere, and returns its address and its content."""
        return self.put(self.object(label), server)

    def object(self, label):
        return json.loads((self.folder / f"shards/main/{label}.tf.json").read_text())["resource"]["aws_s3_object"][label]

    def trigger(self, workspace):
        """Puts the definitions of a transformer where the job finds them, and returns the address of its trigger, and the transformer."""
        address, _ = self.put(self.object(f"trigger-{workspace}"))
        return address, self.put(self.object(f"transformer-{workspace}"))[1]

    def put(self, block, server=None):
        path = self.buckets / block["bucket"] / block["key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        content = json.loads(self.local(block["content"]))
        if server:
            content["server"] |= server
            content["ssl_mode"] = "disable"
        path.write_text(json.dumps(content))
        return f"file://{path}", content

    def replace(self, address, content):
        """Puts another definition at an address."""
        pathlib.Path(address.removeprefix("file://")).write_text(json.dumps(content))

    def spark_settings(self):
        """The settings of Spark of all jobs, for catalogs on disk instead of those of Glue."""
        settings = {}
        for arguments in self.arguments:
            settings |= dict(one.split("=", 1) for one in self.local(arguments["--conf"]).split(" --conf "))
        catalogs = {name.rsplit(".", 1)[0] for name in settings if name.endswith(".catalog-impl")}
        for catalog in catalogs:
            del settings[f"{catalog}.catalog-impl"], settings[f"{catalog}.io-impl"]
            settings[f"{catalog}.type"] = "hadoop"
        return settings

    def create_table(self, spark, label, definition):
        """Creates a table as the catalog of Glue does from what Terraform gives it: with those columns, in that version."""
        block, _ = self.dataset(label)
        columns = block["storage_descriptor"]["columns"]
        columns = ", ".join(f"{column['name']} {column['type']}" for column in columns)
        iceberg = block["open_table_format_input"]["iceberg_input"]
        assert iceberg["metadata_operation"] == "CREATE", iceberg
        version = iceberg["version"]
        spark.sql(f"CREATE TABLE {definition['table']} ({columns}) USING iceberg TBLPROPERTIES ('format-version' = '{version}')")

    def run(self, definitions, moment, purpose="merge"):
        """Runs the script of a job as Glue does, in this process, so that it has the session that is there."""
        arguments = sys.argv
        script = self.folder / "foundation" / pathlib.Path(self.scripts[purpose]["source"]).name
        sys.argv = [str(script), "--definitions", json.dumps(definitions), "--moment", moment, "--JOB_NAME", purpose]
        try:
            runpy.run_path(str(script), run_name="__main__")
        finally:
            sys.argv = arguments


def session(rendered, jar):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.jars", jar)
    for name, value in rendered.spark_settings().items():
        builder = builder.config(name, value)
    for name, value in QUIET.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark
