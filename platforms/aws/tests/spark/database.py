"""The database of consumers, as its owner sees it."""

from urllib.parse import quote


class Database:
    """A database on the server of a definition, as a user."""

    def __init__(self, spark, server, user, password):
        self.spark, self.user, self.password = spark, user, password
        spark._jvm.org.apache.spark.sql.execution.datasources.jdbc.DriverRegistry.register("org.postgresql.Driver")
        self.url = f"jdbc:postgresql://{server['host']}:{server['port']}/{quote(server['database'], safe='')}"

    def rows(self, table):
        return self.select(f'SELECT *, xmin::text AS written FROM "{table}"')

    def select(self, query):
        query = f"({query}) AS shown"
        properties = {"user": self.user, "password": self.password, "driver": "org.postgresql.Driver"}
        return [row.asDict() for row in self.spark.read.jdbc(self.url, query, properties=properties).collect()]

    def execute(self, sql):
        manager = self.spark._jvm.java.sql.DriverManager
        connection = manager.getConnection(self.url, self.user, self.password)
        connection.createStatement().execute(sql)
        connection.close()
