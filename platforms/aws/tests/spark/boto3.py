"""The part of boto3 that the jobs use: secrets and keys behind aliases, which the test sets, and events, which it reads."""

SECRETS = {}
EVENTS = []
KEYS = {}


def client(service):
    return {"secretsmanager": SecretsManager, "events": Events, "kms": Kms}[service]()


class Events:
    def put_events(self, Entries):
        EVENTS.extend(Entries)
        return {"FailedEntryCount": 0, "Entries": [{"EventId": str(len(EVENTS))} for _ in Entries]}


class Kms:
    def describe_key(self, KeyId):
        return {"KeyMetadata": {"Arn": KEYS.get(KeyId, f"key of {KeyId}")}}


class SecretsManager:
    def get_secret_value(self, SecretId):
        return {"SecretString": SECRETS[SecretId]}
