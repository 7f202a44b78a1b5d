package io.quiverdb.node.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.raft.NodeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTlsTest {
  private static final NodeId NODE = new NodeId(new UUID(7, 1));
  private static final NodeId OTHER = new NodeId(new UUID(7, 2));

  @TempDir private Path folder;
  private TestCertificates certificates;

  @BeforeEach
  void makeAuthority() {
    certificates = TestCertificates.in(folder.resolve("ca"));
  }

  @Test
  void certificateNamesItsNodeAndItsEnd() {
    try (var tls = NodeTls.open(certificates.node(NODE))) {
      assertThat(tls.node()).isEqualTo(NODE);
      assertThat(tls.expires()).isAfter(java.time.Instant.now());
      assertThat(tls.clients()).isEmpty();
    }
  }

  @Test
  void whatCannotBeUsedIsRefusedByItsSetting() throws Exception {
    var good = certificates.node(NODE);
    var others = TestCertificates.in(folder.resolve("other-ca")).node(NODE);

    assertRefused(with(good, others.authority()), "tls.certificate: ", "signed by one of them");
    assertRefused(certificates.expired(NODE), "tls.certificate: ", ": expired at ");
    assertRefused(certificates.future(NODE), "tls.certificate: ", "do the clocks agree?");
    assertRefused(
        new TlsFiles(good.certificate(), others.key(), good.authority(), Optional.empty()),
        "tls.key: ",
        "does not belong to its certificate");
    assertRefused(
        new TlsFiles(folder.resolve("none"), good.key(), good.authority(), Optional.empty()),
        "tls.certificate: " + folder.resolve("none"),
        "cannot be read");
    var text = Files.writeString(folder.resolve("text"), "no PEM");
    assertRefused(
        new TlsFiles(text, good.key(), good.authority(), Optional.empty()),
        "tls.certificate: " + text,
        "expected: certificates in PEM");
    Files.setPosixFilePermissions(text, PosixFilePermissions.fromString("rw-------"));
    assertRefused(
        new TlsFiles(good.certificate(), text, good.authority(), Optional.empty()),
        "tls.key: " + text,
        "expected: a private key in PEM");
  }

  @Test
  void certificateOfAClientIsNoNodes() {
    assertThatThrownBy(() -> NodeTls.open(certificates.client("app")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tls.certificate: ");
  }

  @Test
  void keyThatEverybodyMayReadIsRefused() throws Exception {
    var files = certificates.node(NODE);
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r--r--"));

    assertRefused(files, "tls.key: ", "rw-r--r--");

    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r-----"));
    NodeTls.open(files).close();
  }

  @Test
  void newCertificateIsTakenAndOneThatCannotBeUsedIsNot() throws Exception {
    var files = certificates.node(NODE);
    try (var tls = NodeTls.open(files)) {
      var before = presented(tls);

      replace(files, certificates.node(OTHER));
      tls.refresh();
      assertThat(presented(tls)).isEqualTo(before);

      var next = certificates.node(NODE);
      replace(files, next);
      tls.refresh();
      assertThat(presented(tls)).isNotEqualTo(before);
      assertThat(tls.node()).isEqualTo(NODE);

      var now = presented(tls);
      Files.writeString(files.certificate(), "half of a");
      tls.refresh();
      assertThat(presented(tls)).isEqualTo(now);
    }
  }

  private static Object presented(NodeTls tls) {
    var own = tls.own();
    var alias = own.chooseEngineServerAlias("EC", null, null);
    return own.getCertificateChain(alias)[0];
  }

  private static void replace(TlsFiles files, TlsFiles by) throws Exception {
    Files.copy(by.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-------"));
    Files.copy(by.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
  }

  private static TlsFiles with(TlsFiles files, Path authority) {
    return new TlsFiles(files.certificate(), files.key(), authority, Optional.empty());
  }

  private static void assertRefused(TlsFiles files, String setting, String reason) {
    assertThatThrownBy(() -> NodeTls.open(files).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(setting)
        .hasMessageContaining(reason);
  }
}
