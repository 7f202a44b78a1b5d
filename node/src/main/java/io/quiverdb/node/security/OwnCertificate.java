package io.quiverdb.node.security;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Presents this node's certificate, whoever asks. It may be exchanged at any time: a handshake
/// that began with one ends with it.
final class OwnCertificate extends X509ExtendedKeyManager {
  private final Map<String, Credential> byAlias = new ConcurrentHashMap<>();
  private volatile String current = "";
  private volatile int number;

  private record Credential(List<X509Certificate> chain, PrivateKey key) {}

  /// For handshakes that begin from now on.
  synchronized void use(List<X509Certificate> chain, PrivateKey key) {
    // Those before the last one are of no handshake any more.
    byAlias.remove("certificate-" + (number - 1));
    number++;
    var alias = "certificate-" + number;
    byAlias.put(alias, new Credential(List.copyOf(chain), key));
    current = alias;
  }

  private @Nullable String alias(String... keyTypes) {
    var alias = current;
    var credential = byAlias.get(alias);
    if (credential == null) {
      return null;
    }
    for (String keyType : keyTypes) {
      if (keyType.equals(credential.key().getAlgorithm())) {
        return alias;
      }
    }
    return null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return alias(keyType);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  private String[] aliases(String keyType) {
    var alias = alias(keyType);
    return alias == null ? new String[] {} : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    var credential = byAlias.get(alias);
    return credential == null ? null : credential.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    var credential = byAlias.get(alias);
    return credential == null ? null : credential.key();
  }
}
