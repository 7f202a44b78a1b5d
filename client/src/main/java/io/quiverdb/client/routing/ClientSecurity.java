package io.quiverdb.client.routing;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// How nodes prove themselves to a client, and it to them.
public final class ClientSecurity {
  /// In the clear, and without a key.
  public static final ClientSecurity NONE = new ClientSecurity(Optional.empty(), Optional.empty());

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /// What a header may hold; a key has no spaces.
  private static final Pattern KEY = Pattern.compile("[!-~]+");

  private final Optional<SslContext> tls;
  private final Optional<ClientInterceptor> apiKey;

  private ClientSecurity(Optional<SslContext> tls, Optional<ClientInterceptor> apiKey) {
    this.tls = tls;
    this.apiKey = apiKey;
  }

  /// A client's own certificate, in PEM.
  public record Certificate(Path certificate, Path key) {}

  /// Whose certificates nodes must have.
  ///
  /// @param authority in PEM; those that the Java platform trusts if empty
  public record Tls(Optional<Path> authority, Optional<Certificate> own) {}

  /// @param tls in the clear if empty
  /// @throws IllegalArgumentException if a file cannot be used, or the key is none; the message
  ///   does not hold the key
  public static ClientSecurity of(Optional<Tls> tls, Optional<String> apiKey) {
    return new ClientSecurity(
        tls.map(ClientSecurity::context), apiKey.map(ClientSecurity::attaching));
  }

  private static SslContext context(Tls tls) {
    try {
      SslContextBuilder builder = GrpcSslContexts.forClient().protocols("TLSv1.3");
      tls.authority()
          .ifPresent(
              file -> builder.trustManager(readable("certificate authority", file).toFile()));
      tls.own()
          .ifPresent(
              own ->
                  builder.keyManager(
                      readable("client certificate", own.certificate()).toFile(),
                      readable("client key", own.key()).toFile()));
      return builder.build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "TLS: " + e.getMessage() + " (expected: certificates in PEM, keys in PKCS #8)", e);
    }
  }

  private static Path readable(String what, Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IllegalArgumentException(what + ": " + file + " cannot be read");
    }
    return file;
  }

  private static ClientInterceptor attaching(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "API key: malformed (expected: as it was shown when it was made)");
    }
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + key);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  void apply(NettyChannelBuilder channel) {
    tls.ifPresentOrElse(channel::sslContext, channel::usePlaintext);
    apiKey.ifPresent(channel::intercept);
  }
}
