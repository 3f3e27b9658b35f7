"""Does with Huawei Cloud's SDK what each line of standard input asks for.

Each answer is one line of JSON. The only argument is the address of the server, which stands for
the endpoints of HSS and of IAM.
"""

import json
import sys

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException, ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkhss.v5 import (
    HssAsyncClient,
    HssClient,
    ListContainerImageLogsRequest,
    ListHostStatusRequest,
)
from huaweicloudsdkiam.v3 import (
    AuthScope,
    AuthScopeProject,
    IamClient,
    KeystoneCreateUserTokenByPasswordRequest,
    KeystoneCreateUserTokenByPasswordRequestBody,
    KeystoneListProjectsRequest,
    KeystoneValidateTokenRequest,
    PwdAuth,
    PwdIdentity,
    PwdPassword,
    PwdPasswordUser,
    PwdPasswordUserDomain,
)
from huaweicloudsdkiam.v3.iam_credentials import IamCredentials

SERVER = sys.argv[1]


def build(client, credentials, region=None):
    config = HttpConfig.get_default_config()
    # Without one the SDK writes a file to the home folder.
    config.user_agent = "waybill-test"
    builder = client.new_builder().with_http_config(config).with_credentials(credentials)
    if region is None:
        return builder.with_endpoint(SERVER).build()
    return builder.with_region(Region(region, SERVER)).build()


def hss(client, command):
    credentials = BasicCredentials(command["ak"], command["sk"], command.get("project"))
    return build(client, credentials.with_iam_endpoint(SERVER), command.get("region"))


def list_events(command):
    invoker = hss(HssClient, command).list_container_image_logs_invoker(
        ListContainerImageLogsRequest(**command.get("query", {}))
    )
    if "token" in command:
        invoker.add_header("X-Auth-Token", command["token"])
    return invoker.invoke()


def list_events_async(command):
    request = ListContainerImageLogsRequest(**command.get("query", {}))
    return hss(HssAsyncClient, command).list_container_image_logs_async(request).result()


def unknown_operation(command):
    return hss(HssClient, command).list_host_status(ListHostStatusRequest())


def list_projects(command):
    credentials = (
        IamCredentials(command["token"])
        if "token" in command
        else GlobalCredentials(command["ak"], command["sk"]).with_iam_endpoint(SERVER)
    )
    client = build(IamClient, credentials, command.get("region"))
    return client.keystone_list_projects(KeystoneListProjectsRequest())


def create_token(command):
    user = PwdPasswordUser(
        domain=PwdPasswordUserDomain(name=command["account"]),
        name=command["user"],
        password=command["password"],
    )
    auth = PwdAuth(
        identity=PwdIdentity(methods=["password"], password=PwdPassword(user=user)),
        scope=AuthScope(project=AuthScopeProject(name=command["scope"])),
    )
    body = KeystoneCreateUserTokenByPasswordRequestBody(auth=auth)
    return build(IamClient, IamCredentials()).keystone_create_user_token_by_password(
        KeystoneCreateUserTokenByPasswordRequest(body=body)
    )


def show_token(command):
    client = build(IamClient, IamCredentials(command["token"]))
    return client.keystone_validate_token(KeystoneValidateTokenRequest(command["subject"]))


CALLS = {
    "listEvents": list_events,
    "listEventsAsync": list_events_async,
    "unknownOperation": unknown_operation,
    "listProjects": list_projects,
    "createToken": create_token,
    "showToken": show_token,
}


def answer(command):
    try:
        response = CALLS[command["call"]](command)
        return {
            "status": response.status_code,
            "subject": getattr(response, "x_subject_token", None),
            "body": response.to_json_object(),
        }
    except ServiceResponseException as error:
        return {
            "status": error.status_code,
            "code": error.error_code,
            "message": error.error_msg,
            "requestId": error.request_id,
        }
    except SdkException as error:
        return {"message": error.error_msg}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
