package io.quiverdb.raft;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// What nodes prove themselves to each other with. Each must present a certificate.
///
/// @param own this node's certificate and key
/// @param trust whose certificates are accepted; those of nodes only
/// @param nodeOf the node that a certificate names
public record PeerTls(
    X509ExtendedKeyManager own,
    X509ExtendedTrustManager trust,
    Function<X509Certificate, Optional<NodeId>> nodeOf) {}
