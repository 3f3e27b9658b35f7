// Does with Huawei Cloud's SDK what each line of standard input asks for. Each answer is one line
// of JSON. The only argument is the address of the server, which stands for the endpoints of HSS
// and of IAM.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	hss "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/hss/v5"
	hssmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/hss/v5/model"
	iam "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3"
	iammodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3/model"
)

type command struct {
	Call     string                                 `json:"call"`
	AK       string                                 `json:"ak"`
	SK       string                                 `json:"sk"`
	Project  string                                 `json:"project"`
	Region   string                                 `json:"region"`
	Token    string                                 `json:"token"`
	Subject  string                                 `json:"subject"`
	Query    hssmodel.ListContainerImageLogsRequest `json:"query"`
	User     string                                 `json:"user"`
	Password string                                 `json:"password"`
	Account  string                                 `json:"account"`
	Scope    string                                 `json:"scope"`
}

type answer struct {
	Status    int         `json:"status,omitempty"`
	Subject   *string     `json:"subject,omitempty"`
	Body      interface{} `json:"body,omitempty"`
	Code      string      `json:"code,omitempty"`
	Message   string      `json:"message,omitempty"`
	RequestID string      `json:"requestId,omitempty"`
}

var server = os.Args[1]

func build(b *core.HcHttpClientBuilder, credential auth.ICredential, regionID string) (*core.HcHttpClient, error) {
	b = b.WithCredential(credential).WithHttpConfig(config.DefaultHttpConfig().WithUserAgent("waybill-test"))
	if regionID == "" {
		return b.WithEndpoint(server).SafeBuild()
	}
	return b.WithRegion(region.NewRegion(regionID, server)).SafeBuild()
}

func hssClient(c command) (*hss.HssClient, error) {
	credential, err := basic.NewCredentialsBuilder().
		WithAk(c.AK).WithSk(c.SK).WithProjectId(c.Project).WithIamEndpointOverride(server).SafeBuild()
	if err != nil {
		return nil, err
	}
	client, err := build(hss.HssClientBuilder(), credential, c.Region)
	if err != nil {
		return nil, err
	}
	return hss.NewHssClient(client), nil
}

func listEvents(c command) (answer, error) {
	client, err := hssClient(c)
	if err != nil {
		return answer{}, err
	}
	if c.Token != "" {
		client.HcClient.PreInvoke(map[string]string{"X-Auth-Token": c.Token})
	}
	response, err := client.ListContainerImageLogs(&c.Query)
	if err != nil {
		return answer{}, err
	}
	return answer{Status: response.HttpStatusCode, Body: response}, nil
}

func unknownOperation(c command) (answer, error) {
	client, err := hssClient(c)
	if err != nil {
		return answer{}, err
	}
	response, err := client.ListHostStatus(&hssmodel.ListHostStatusRequest{})
	if err != nil {
		return answer{}, err
	}
	return answer{Status: response.HttpStatusCode}, nil
}

func iamClient(credential auth.ICredential, regionID string) (*iam.IamClient, error) {
	client, err := build(iam.IamClientBuilder(), credential, regionID)
	if err != nil {
		return nil, err
	}
	return iam.NewIamClient(client), nil
}

func withToken(token string) (*iam.IamClient, error) {
	return iamClient(iam.NewIamCredentialsBuilder().WithXAuthToken(token).Build(), "")
}

func withKey(c command) (*iam.IamClient, error) {
	credential, err := global.NewCredentialsBuilder().
		WithAk(c.AK).WithSk(c.SK).WithIamEndpointOverride(server).SafeBuild()
	if err != nil {
		return nil, err
	}
	return iamClient(credential, c.Region)
}

func listProjects(c command) (answer, error) {
	open := func() (*iam.IamClient, error) { return withKey(c) }
	if c.Token != "" {
		open = func() (*iam.IamClient, error) { return withToken(c.Token) }
	}
	client, err := open()
	if err != nil {
		return answer{}, err
	}
	response, err := client.KeystoneListProjects(&iammodel.KeystoneListProjectsRequest{})
	if err != nil {
		return answer{}, err
	}
	return answer{Status: response.HttpStatusCode, Body: response}, nil
}

func createToken(c command) (answer, error) {
	client, err := withToken("")
	if err != nil {
		return answer{}, err
	}
	user := &iammodel.PwdPasswordUser{
		Domain:   &iammodel.PwdPasswordUserDomain{Name: c.Account},
		Name:     c.User,
		Password: c.Password,
	}
	identity := &iammodel.PwdIdentity{
		Methods:  []iammodel.PwdIdentityMethods{iammodel.GetPwdIdentityMethodsEnum().PASSWORD},
		Password: &iammodel.PwdPassword{User: user},
	}
	scope := &iammodel.AuthScope{Project: &iammodel.AuthScopeProject{Name: &c.Scope}}
	body := &iammodel.KeystoneCreateUserTokenByPasswordRequestBody{
		Auth: &iammodel.PwdAuth{Identity: identity, Scope: scope},
	}
	response, err := client.KeystoneCreateUserTokenByPassword(
		&iammodel.KeystoneCreateUserTokenByPasswordRequest{Body: body})
	if err != nil {
		return answer{}, err
	}
	return answer{Status: response.HttpStatusCode, Subject: response.XSubjectToken, Body: response}, nil
}

func showToken(c command) (answer, error) {
	client, err := withToken(c.Token)
	if err != nil {
		return answer{}, err
	}
	response, err := client.KeystoneValidateToken(
		&iammodel.KeystoneValidateTokenRequest{XSubjectToken: c.Subject})
	if err != nil {
		return answer{}, err
	}
	return answer{Status: response.HttpStatusCode, Subject: response.XSubjectToken, Body: response}, nil
}

var calls = map[string]func(command) (answer, error){
	"listEvents":       listEvents,
	"unknownOperation": unknownOperation,
	"listProjects":     listProjects,
	"createToken":      createToken,
	"showToken":        showToken,
}

func answerTo(c command) answer {
	result, err := calls[c.Call](c)
	if err == nil {
		return result
	}
	var refusal *sdkerr.ServiceResponseError
	if errors.As(err, &refusal) {
		return answer{
			Status:    refusal.StatusCode,
			Code:      refusal.ErrorCode,
			Message:   refusal.ErrorMessage,
			RequestID: refusal.RequestId,
		}
	}
	return answer{Message: err.Error()}
}

func main() {
	commands, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var c command
		err := commands.Decode(&c)
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
		if err := answers.Encode(answerTo(c)); err != nil {
			panic(err)
		}
	}
}
