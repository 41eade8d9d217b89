"""A client of SQS in Python, with nothing but its standard library: signs by Signature Version 4, speaks AWS JSON 1.0,
and checks the sums of what it gets. `client.py ENDPOINT` works one queue through and prints a line for each step.
"""

import datetime
import hashlib
import hmac
import json
import struct
import sys
import urllib.error
import urllib.request

REGION, KEY, SECRET = "us-east-1", "any", "any"


class Refused(Exception):
    pass


def call(endpoint, operation, request):
    # As botocore writes it: spaces behind commas and colons, and every other character than ASCII escaped.
    body = json.dumps(request).encode()
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": endpoint.split("//")[1],
        "x-amz-date": now,
        "x-amz-target": "AmazonSQS." + operation,
        "x-amzn-query-mode": "true",
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"POST\n/\n\n{lines}\n{names}\n{digest}"
    scope = f"{now[:8]}/{REGION}/sqs/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + SECRET).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    sent = urllib.request.Request(endpoint + "/", data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Refused(error.headers["x-amzn-query-error"]) from error


def sum_of(attributes):
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html"""
    md5 = hashlib.md5()
    for name in sorted(attributes):
        kind, value = attributes[name]["DataType"], attributes[name]["StringValue"]
        for part in (name, kind):
            md5.update(struct.pack("!I", len(part.encode())) + part.encode())
        md5.update(b"\x01" + struct.pack("!I", len(value.encode())) + value.encode())
    return md5.hexdigest()


def main(endpoint):
    body = json.dumps({"pattern": "greet", "data": {"to": "Ada 🎉"}}, ensure_ascii=False)
    attributes = {"Serializer": {"DataType": "String", "StringValue": "jsön"}}
    url = call(endpoint, "CreateQueue", {"QueueName": "from-python"})["QueueUrl"]
    sent = call(
        endpoint,
        "SendMessage",
        {"QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes},
    )
    assert sent["MD5OfMessageBody"] == hashlib.md5(body.encode()).hexdigest(), sent
    assert sent["MD5OfMessageAttributes"] == sum_of(attributes), sent
    print("sent", flush=True)

    asked = {
        "QueueUrl": url,
        "AttributeNames": ["All"],
        "MessageAttributeNames": ["All"],
        "MaxNumberOfMessages": 10,
        "WaitTimeSeconds": 5,
    }
    (message,) = call(endpoint, "ReceiveMessage", asked)["Messages"]
    assert message["Body"] == body, message
    assert message["MessageAttributes"] == attributes, message
    assert message["Attributes"]["ApproximateReceiveCount"] == "1", message
    print("received", flush=True)

    handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    call(endpoint, "ChangeMessageVisibility", {**handle, "VisibilityTimeout": 0})
    (again,) = call(endpoint, "ReceiveMessage", asked)["Messages"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2", again
    entries = [{"Id": "a", "ReceiptHandle": again["ReceiptHandle"]}]
    done = call(endpoint, "DeleteMessageBatch", {"QueueUrl": url, "Entries": entries})
    assert [entry["Id"] for entry in done["Successful"]] == ["a"], done
    print("deleted", flush=True)

    try:
        call(endpoint, "GetQueueUrl", {"QueueName": "nowhere"})
    except Refused as error:
        print("refused:", error, flush=True)


main(sys.argv[1])
