package io.quiverdb.node.api;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.quiverdb.api.v1.ErrorDetail;
import io.quiverdb.node.routing.Cluster;
import io.quiverdb.node.telemetry.NodeMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The port for clients over some cluster, and a client for each of its doors.
public final class TestNode implements AutoCloseable {
  private final ApiServer server;
  private final ManagedChannel channel;
  private final HttpClient http = HttpClient.newHttpClient();

  private TestNode(ApiServer server) {
    this.server = server;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .maxInboundMessageSize(100 << 20)
            .build();
  }

  public static TestNode over(Cluster cluster) {
    return over(cluster, Limits.STANDARD, Duration.ofSeconds(30));
  }

  public static TestNode over(Cluster cluster, Limits limits, Duration timeout) {
    return new TestNode(
        ApiServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            false,
            cluster,
            limits,
            new NodeMetrics(new MetricRegistry(), "test"),
            timeout,
            Duration.ofSeconds(5)));
  }

  ApiServer server() {
    return server;
  }

  // --- gRPC

  <I, O> O call(MethodDescriptor<I, O> method, I request) {
    return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request);
  }

  /// What a call that goes on tells.
  <I, O> Iterator<O> stream(MethodDescriptor<I, O> method, I request) {
    return ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, request);
  }

  record Failure(Status.Code status, ErrorDetail detail) {}

  /// What a call that must fail fails with.
  <I> Failure failure(MethodDescriptor<I, ?> method, Message request) {
    return failure(method, request, CallOptions.DEFAULT);
  }

  <I> Failure failure(MethodDescriptor<I, ?> method, Message request, CallOptions options) {
    return failure(channel, method, request, options);
  }

  Channel channel() {
    return channel;
  }

  @SuppressWarnings("unchecked")
  <I> Failure failure(
      Channel over, MethodDescriptor<I, ?> method, Message request, CallOptions options) {
    try {
      var answer = ClientCalls.blockingUnaryCall(over, method, options, (I) request);
      throw new AssertionError("answered: " + answer);
    } catch (StatusRuntimeException e) {
      return new Failure(e.getStatus().getCode(), detail(e));
    }
  }

  private static ErrorDetail detail(StatusRuntimeException failure) {
    var status = StatusProto.fromThrowable(failure);
    if (status == null || status.getDetailsCount() == 0) {
      return ErrorDetail.newBuilder().setMessage("no detail: " + failure.getMessage()).build();
    }
    try {
      return status.getDetails(0).unpack(ErrorDetail.class);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  // --- REST

  record Answer(int status, HttpHeaders headers, String body) {
    String contentType() {
      return headers.firstValue("content-type").orElse("");
    }

    /// A field of the body's outermost object, as text.
    String field(String name) {
      try (var parser = new JsonFactory().createParser(body)) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean wanted = parser.currentName().equals(name);
          parser.nextToken();
          if (wanted) {
            return parser.getText();
          }
          parser.skipChildren();
        }
        return "no field " + name + " in " + body;
      } catch (IOException e) {
        throw new UncheckedIOException(body, e);
      }
    }
  }

  Answer put(String path, String body) {
    return send("PUT", path, body);
  }

  Answer post(String path, String body) {
    return send("POST", path, body);
  }

  Answer get(String path) {
    return send("GET", path, "");
  }

  /// The lines of an answer that goes on.
  Iterator<String> lines(String path) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build();
    try {
      return http.send(request, BodyHandlers.ofLines()).body().iterator();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// Posts it, and has had enough once `when` completes.
  void postAndGiveUp(String path, String body, CompletableFuture<?> when) {
    // Over HTTP/1.1, where giving up closes the connection at once; an hour, so that nothing else
    // ends the call.
    var request =
        HttpRequest.newBuilder(request("POST", path, body, "grpc-timeout", "1H"), (_, _) -> true)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    var answer = http.sendAsync(request, BodyHandlers.ofString());
    when.join();
    answer.cancel(true);
  }

  private HttpRequest request(String method, String path, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  Answer send(String method, String path, String body, String... headers) {
    try {
      var response = http.send(request(method, path, body, headers), BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    http.close();
    // Takes two seconds, for which no test has to wait.
    Thread.ofVirtual().start(server::close);
  }
}
