"""The part of boto3 that the export job uses: one secret, which the test sets."""

SECRETS = {}


def client(service):
    assert service == "secretsmanager", service
    return SecretsManager()


class SecretsManager:
    def get_secret_value(self, SecretId):
        return {"SecretString": SECRETS[SecretId]}
