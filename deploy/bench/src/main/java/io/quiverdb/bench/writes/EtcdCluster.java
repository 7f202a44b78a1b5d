package io.quiverdb.bench.writes;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.quiverdb.bench.ChildProcess;
import io.quiverdb.cli.local.FreePorts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Three members of etcd, written to by gRPC, at the one that leads: one connection, as its own
/// client has. The few fields of its protocol that are needed are read and written by hand.
final class EtcdCluster implements AutoCloseable {
  private static final int MEMBERS = 3;
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final long POLL_MILLIS = 100;

  /// `PutRequest`.
  private static final int PUT_KEY = 1;

  private static final int PUT_VALUE = 2;

  /// `StatusResponse` and its `ResponseHeader`.
  private static final int STATUS_HEADER = 1;

  private static final int STATUS_LEADER = 4;
  private static final int HEADER_MEMBER_ID = 2;

  private static final MethodDescriptor<byte[], byte[]> PUT = method("etcdserverpb.KV/Put");
  private static final MethodDescriptor<byte[], byte[]> STATUS =
      method("etcdserverpb.Maintenance/Status");

  private final List<ChildProcess> members = new ArrayList<>();
  private final ManagedChannel leader;

  /// @param program the path of `etcd`
  EtcdCluster(Path folder, String program) throws IOException, InterruptedException {
    var ports = new FreePorts(new Random()).find(2 * MEMBERS);
    String cluster =
        IntStream.range(0, MEMBERS)
            .mapToObj(member -> "m" + member + "=" + url(ports.get(MEMBERS + member)))
            .collect(Collectors.joining(","));
    try {
      for (int member = 0; member < MEMBERS; member++) {
        String client = url(ports.get(member));
        String peer = url(ports.get(MEMBERS + member));
        var command =
            List.of(
                program,
                "--name=m" + member,
                "--data-dir=" + folder.resolve("m" + member),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + cluster,
                "--initial-cluster-state=new",
                "--heartbeat-interval=300",
                "--election-timeout=3000",
                "--snapshot-count=100000",
                "--auto-compaction-mode=revision",
                "--auto-compaction-retention=10000",
                "--quota-backend-bytes=8589934592");
        members.add(ChildProcess.start(command, folder.resolve("m" + member + ".log")));
      }
      leader = awaitLeader(ports.subList(0, MEMBERS));
    } catch (IOException | InterruptedException | RuntimeException e) {
      members.forEach(ChildProcess::close);
      throw e;
    }
  }

  /// Puts of an id and a vector each.
  Load puts() {
    return new Load(number -> put(Values.id(number), Values.bytes(number)));
  }

  private CompletableFuture<?> put(String key, byte[] value) {
    var bytes = new ByteArrayOutputStream(value.length + key.length() + 16);
    var out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeByteArray(PUT_KEY, key.getBytes(StandardCharsets.US_ASCII));
      out.writeByteArray(PUT_VALUE, value);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return future(
        ClientCalls.futureUnaryCall(leader.newCall(PUT, CallOptions.DEFAULT), bytes.toByteArray()));
  }

  private static <T> CompletableFuture<T> future(ListenableFuture<T> answer) {
    var future = new CompletableFuture<T>();
    answer.addListener(
        () -> {
          try {
            future.complete(Futures.getDone(answer));
          } catch (ExecutionException e) {
            future.completeExceptionally(e.getCause());
          }
        },
        MoreExecutors.directExecutor());
    return future;
  }

  private static ManagedChannel awaitLeader(List<Integer> clientPorts)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() - end < 0) {
      for (int port : clientPorts) {
        var channel =
            Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
                .build();
        if (leads(channel)) {
          return channel;
        }
        channel.shutdownNow();
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new IOException("etcd: no leader within " + LIMIT);
  }

  private static boolean leads(ManagedChannel channel) throws IOException {
    byte[] status;
    try {
      status =
          ClientCalls.blockingUnaryCall(
              channel,
              STATUS,
              CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS),
              new byte[0]);
    } catch (StatusRuntimeException _) {
      return false;
    }
    long leader = 0;
    long self = 0;
    var in = CodedInputStream.newInstance(status);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case STATUS_HEADER -> self = memberId(in.readByteArray());
        case STATUS_LEADER -> leader = in.readUInt64();
        default -> in.skipField(tag);
      }
    }
    return leader != 0 && leader == self;
  }

  private static long memberId(byte[] header) throws IOException {
    var in = CodedInputStream.newInstance(header);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == HEADER_MEMBER_ID) {
        return in.readUInt64();
      }
      in.skipField(tag);
    }
    return 0;
  }

  private static String url(int port) {
    return "http://127.0.0.1:" + port;
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodType.UNARY)
        .setFullMethodName(name)
        .setRequestMarshaller(new Bytes())
        .setResponseMarshaller(new Bytes())
        .build();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    leader.shutdownNow();
    members.forEach(ChildProcess::close);
  }
}
