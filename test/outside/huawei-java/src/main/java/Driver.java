import com.fasterxml.jackson.databind.ObjectMapper;
import com.huaweicloud.sdk.core.ClientBuilder;
import com.huaweicloud.sdk.core.HcClient;
import com.huaweicloud.sdk.core.SdkResponse;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.auth.GlobalCredentials;
import com.huaweicloud.sdk.core.auth.ICredential;
import com.huaweicloud.sdk.core.exception.SdkException;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.core.region.Region;
import com.huaweicloud.sdk.core.utils.JsonUtils;
import com.huaweicloud.sdk.hss.v5.HssClient;
import com.huaweicloud.sdk.hss.v5.model.ListHostStatusRequest;
import com.huaweicloud.sdk.iam.v3.IAMCredentials;
import com.huaweicloud.sdk.iam.v3.IamClient;
import com.huaweicloud.sdk.iam.v3.model.AuthScope;
import com.huaweicloud.sdk.iam.v3.model.AuthScopeProject;
import com.huaweicloud.sdk.iam.v3.model.KeystoneCreateUserTokenByPasswordRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneCreateUserTokenByPasswordRequestBody;
import com.huaweicloud.sdk.iam.v3.model.KeystoneCreateUserTokenByPasswordResponse;
import com.huaweicloud.sdk.iam.v3.model.KeystoneListProjectsRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneValidateTokenRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneValidateTokenResponse;
import com.huaweicloud.sdk.iam.v3.model.PwdAuth;
import com.huaweicloud.sdk.iam.v3.model.PwdIdentity;
import com.huaweicloud.sdk.iam.v3.model.PwdPassword;
import com.huaweicloud.sdk.iam.v3.model.PwdPasswordUser;
import com.huaweicloud.sdk.iam.v3.model.PwdPasswordUserDomain;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Does with Huawei Cloud's SDK what each line of standard input asks for. Each answer is one line
 * of JSON. The only argument is the address of the server, which stands for the endpoints of HSS
 * and of IAM.
 */
public final class Driver {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String server;

    private Driver(String server) {
        this.server = server;
    }

    public static void main(String[] arguments) throws Exception {
        Driver driver = new Driver(arguments[0]);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            answers.println(JSON.writeValueAsString(driver.answer(new Command(JSON.readValue(line, Map.class)))));
        }
        System.exit(0);
    }

    private static final class Command {
        private final Map<String, Object> members;

        @SuppressWarnings("unchecked")
        Command(Map<?, ?> members) {
            this.members = (Map<String, Object>) members;
        }

        String text(String name) {
            return (String) members.get(name);
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> query() {
            return new LinkedHashMap<>((Map<String, Object>) members.getOrDefault("query", Map.of()));
        }
    }

    private Map<String, Object> answer(Command command) throws Exception {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            SdkResponse response = call(command);
            answer.put("status", response.getHttpStatusCode());
            answer.put("subject", subjectOf(response));
            answer.put("body", JSON.readTree(JsonUtils.toJSON(response)));
        } catch (SdkException error) {
            explain(error, answer);
        } catch (CompletionException error) {
            explain((SdkException) error.getCause(), answer);
        }
        return answer;
    }

    private static void explain(SdkException error, Map<String, Object> answer) {
        answer.put("message", error.getMessage());
        if (error instanceof ServiceResponseException) {
            ServiceResponseException refusal = (ServiceResponseException) error;
            answer.put("status", refusal.getHttpStatusCode());
            answer.put("code", refusal.getErrorCode());
            answer.put("message", refusal.getErrorMsg());
            answer.put("requestId", refusal.getRequestId());
        }
    }

    private SdkResponse call(Command command) {
        switch (command.text("call")) {
            case "listEvents":
                return listEvents(command);
            case "listEventsAsync":
                return hss(c -> c, command)
                    .asyncInvokeHttp(new ContainerImageLogs.Request(command.query()), ContainerImageLogs.LIST)
                    .join();
            case "unknownOperation":
                return hss(HssClient::new, command).listHostStatus(new ListHostStatusRequest());
            case "listProjects":
                return listProjects(command);
            case "createToken":
                return createToken(command);
            case "showToken":
                return build(IamClient.newBuilder(), new IAMCredentials().withXAuthToken(command.text("token")), null)
                    .keystoneValidateToken(new KeystoneValidateTokenRequest()
                        .withXSubjectToken(command.text("subject")));
            default:
                throw new IllegalArgumentException(command.text("call"));
        }
    }

    private <T> T build(ClientBuilder<T> builder, ICredential credential, String region) {
        // Without a user agent the SDK writes a file to the home folder.
        builder.withCredential(credential)
            .withHttpConfig(HttpConfig.getDefaultHttpConfig().withUserAgent("waybill-test"));
        return region == null
            ? builder.withEndpoint(server).build()
            : builder.withRegion(new Region(region, server)).build();
    }

    private <T> T hss(Function<HcClient, T> creator, Command command) {
        BasicCredentials credentials = new BasicCredentials()
            .withAk(command.text("ak"))
            .withSk(command.text("sk"))
            .withProjectId(command.text("project"))
            .withIamEndpoint(server);
        return build(new ClientBuilder<>(creator), credentials, command.text("region"));
    }

    private SdkResponse listEvents(Command command) {
        HcClient client = hss(c -> c, command);
        if (command.text("token") != null) {
            client.withExtraHeaders(Map.of("X-Auth-Token", command.text("token")));
        }
        return client.syncInvokeHttp(new ContainerImageLogs.Request(command.query()), ContainerImageLogs.LIST);
    }

    private SdkResponse listProjects(Command command) {
        ICredential credential = command.text("token") != null
            ? new IAMCredentials().withXAuthToken(command.text("token"))
            : new GlobalCredentials().withAk(command.text("ak")).withSk(command.text("sk")).withIamEndpoint(server);
        return build(IamClient.newBuilder(), credential, command.text("region"))
            .keystoneListProjects(new KeystoneListProjectsRequest());
    }

    private SdkResponse createToken(Command command) {
        PwdPasswordUser user = new PwdPasswordUser()
            .withDomain(new PwdPasswordUserDomain().withName(command.text("account")))
            .withName(command.text("user"))
            .withPassword(command.text("password"));
        PwdIdentity identity = new PwdIdentity()
            .withMethods(List.of(PwdIdentity.MethodsEnum.PASSWORD))
            .withPassword(new PwdPassword().withUser(user));
        AuthScope scope = new AuthScope().withProject(new AuthScopeProject().withName(command.text("scope")));
        KeystoneCreateUserTokenByPasswordRequestBody body = new KeystoneCreateUserTokenByPasswordRequestBody()
            .withAuth(new PwdAuth().withIdentity(identity).withScope(scope));
        return build(IamClient.newBuilder(), new IAMCredentials(), null)
            .keystoneCreateUserTokenByPassword(new KeystoneCreateUserTokenByPasswordRequest().withBody(body));
    }

    private static String subjectOf(SdkResponse response) {
        if (response instanceof KeystoneCreateUserTokenByPasswordResponse) {
            return ((KeystoneCreateUserTokenByPasswordResponse) response).getXSubjectToken();
        }
        if (response instanceof KeystoneValidateTokenResponse) {
            return ((KeystoneValidateTokenResponse) response).getXSubjectToken();
        }
        return null;
    }
}
