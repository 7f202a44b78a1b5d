/// Who may connect: certificates of nodes and clients, API keys. Entry types: [NodeTls],
/// [CertificateAuthority].
@NullMarked
package io.quiverdb.node.security;

import org.jspecify.annotations.NullMarked;
