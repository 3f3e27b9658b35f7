import com.fasterxml.jackson.annotation.JsonProperty;
import com.huaweicloud.sdk.core.SdkResponse;
import com.huaweicloud.sdk.core.http.FieldExistence;
import com.huaweicloud.sdk.core.http.HttpMethod;
import com.huaweicloud.sdk.core.http.HttpRequestDef;
import com.huaweicloud.sdk.core.http.LocationType;
import java.util.List;
import java.util.Map;

/**
 * ListContainerImageLogs as the SDK defines its operations. The HSS package on Maven Central is
 * older than the operation; signing, sending and reading are all the core's.
 */
final class ContainerImageLogs {
    private ContainerImageLogs() {
    }

    static final HttpRequestDef<Request, Response> LIST = definition();

    static final class Request {
        private final Map<String, Object> parameters;

        Request(Map<String, Object> parameters) {
            this.parameters = parameters;
        }
    }

    static final class Response extends SdkResponse {
        @JsonProperty("total_num")
        public Integer totalNum;
        @JsonProperty("data_list")
        public List<Row> dataList;
    }

    static final class Row {
        @JsonProperty("resource_name")
        public String resourceName;
        @JsonProperty("resource_type")
        public String resourceType;
        @JsonProperty("event_name")
        public String eventName;
        @JsonProperty("event_id")
        public String eventId;
        @JsonProperty("event_type")
        public String eventType;
        @JsonProperty("source_ip")
        public String sourceIp;
        @JsonProperty("user_name")
        public String userName;
        @JsonProperty("time")
        public Long time;
        @JsonProperty("content")
        public String content;
    }

    private static HttpRequestDef<Request, Response> definition() {
        HttpRequestDef.Builder<Request, Response> builder = HttpRequestDef
            .builder(HttpMethod.GET, Request.class, Response.class)
            .withName("ListContainerImageLogs")
            .withUri("/v5/{project_id}/container/image/events")
            .withContentType("application/json");
        for (String name : List.of("resource_name", "resource_type", "event_type", "event_name",
                "source_ip", "user_name")) {
            query(builder, name, String.class);
        }
        for (String name : List.of("start_time", "end_time")) {
            query(builder, name, Long.class);
        }
        for (String name : List.of("limit", "offset")) {
            query(builder, name, Integer.class);
        }
        return builder.build();
    }

    private static <T> void query(HttpRequestDef.Builder<Request, Response> builder, String name, Class<T> type) {
        builder.<T>withRequestField(name, LocationType.Query, FieldExistence.NULL_IGNORE, type,
            field -> field.withMarshaller(
                request -> value(request.parameters.get(name), type),
                (request, value) -> request.parameters.put(name, value)));
    }

    /** JSON has one type of number, the SDK has two. */
    private static <T> T value(Object value, Class<T> type) {
        if (value instanceof Number && type == Long.class) {
            return type.cast(((Number) value).longValue());
        }
        return type.cast(value);
    }
}
