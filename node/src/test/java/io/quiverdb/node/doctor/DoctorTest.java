package io.quiverdb.node.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiverdb.core.MasterKey;
import io.quiverdb.node.NodeConfig;
import io.quiverdb.node.doctor.Finding.Verdict;
import io.quiverdb.node.security.TestCertificates;
import io.quiverdb.raft.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  private static final long GIBIBYTE = 1 << 30;

  @TempDir Path folder;

  @Test
  void machineOfANewNodeIsLookedOverAndLeftAsItIs() throws IOException {
    var findings = examine(Map.of());

    assertThat(findings)
        .extracting(Finding::subject)
        .contains(
            "data-dir",
            "disk space",
            "disk sync",
            "master key",
            "listen",
            "peer-listen",
            "raft-listen",
            "clock",
            "open files",
            "memory");
    assertThat(finding(findings, "disk sync").found()).matches("4 KiB synced in .+ ms, 99 .+ ms");
    assertThat(finding(findings, "master key").found()).endsWith("is made at the first start");
    assertThat(findings).noneMatch(one -> one.subject().equals("join"));
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void certificateIsToldToEndSoonAndItsKeyToBeReadByOthers() throws IOException {
    var files =
        TestCertificates.in(folder.resolve("ca")).node(new NodeId(new UUID(7, 1))); // for a day
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r-----"));
    var settings =
        Map.of(
            "tls.certificate", files.certificate().toString(),
            "tls.key", files.key().toString(),
            "tls.ca", files.authority().toString());

    var findings = examine(settings);
    assertThat(finding(findings, "certificate").verdict()).isEqualTo(Verdict.WARNING);
    assertThat(finding(findings, "certificate").found()).contains("valid until ");
    assertThat(finding(findings, "certificate key").verdict()).isEqualTo(Verdict.WARNING);

    Files.delete(files.certificate());
    assertThat(finding(examine(settings), "certificate").verdict()).isEqualTo(Verdict.BAD);
  }

  @Test
  void portInUseIsBad() throws IOException {
    try (var used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var findings = examine(Map.of("listen", "127.0.0.1:" + used.getLocalPort()));

      assertThat(finding(findings, "listen").verdict()).isEqualTo(Verdict.BAD);
      assertThat(finding(findings, "listen").found()).contains("127.0.0.1:" + used.getLocalPort());
    }
  }

  @Test
  void nodesThatTakeConnectionsAreToldFromThoseThatDoNot() throws IOException {
    try (var there = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var key = folder.resolve("key");
      var _ = MasterKey.createFile(key, new SecureRandom());
      var findings =
          examine(
              Map.of(
                  "join",
                  "127.0.0.1:" + there.getLocalPort() + ",127.0.0.1:1",
                  "master-key-file",
                  key.toString()));

      assertThat(findings)
          .filteredOn(one -> one.subject().equals("join"))
          .extracting(Finding::verdict)
          .containsExactly(Verdict.GOOD, Verdict.WARNING);
    }
  }

  @Test
  void keyThatOthersReadOrThatIsMissingIsBad() throws IOException {
    var key = folder.resolve("key");
    var _ = MasterKey.createFile(key, new SecureRandom());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

    var exposed = finding(examine(Map.of("master-key-file", key.toString())), "master key");
    assertThat(exposed.verdict()).isEqualTo(Verdict.BAD);
    assertThat(exposed.found()).contains("rw-r--r--");

    var missing = finding(examine(Map.of("join", "127.0.0.1:1")), "master key");
    assertThat(missing.verdict()).isEqualTo(Verdict.BAD);
    assertThat(missing.found()).contains("does not exist");
  }

  @Test
  void folderThatCannotBeWrittenToIsBad() throws IOException {
    var file = Files.createFile(folder.resolve("file"));

    var findings = examine(Map.of("data-dir", file.resolve("data").toString()));

    assertThat(finding(findings, "data-dir").verdict()).isEqualTo(Verdict.BAD);
    assertThat(finding(findings, "data-dir").found()).contains(file.toString());
  }

  @Test
  void limitsAreHeldAgainstWhatANodeNeeds() {
    assertThat(LimitsCheck.openFiles(1_000_000).verdict()).isEqualTo(Verdict.GOOD);
    assertThat(LimitsCheck.openFiles(4_096).verdict()).isEqualTo(Verdict.WARNING);
    assertThat(LimitsCheck.openFiles(256).verdict()).isEqualTo(Verdict.BAD);
    assertThat(LimitsCheck.memory(GIBIBYTE, 2 * GIBIBYTE).verdict()).isEqualTo(Verdict.GOOD);
    assertThat(LimitsCheck.memory(GIBIBYTE, GIBIBYTE).verdict()).isEqualTo(Verdict.WARNING);
  }

  private static Finding finding(List<Finding> findings, String subject) {
    return findings.stream().filter(one -> one.subject().equals(subject)).findFirst().orElseThrow();
  }

  private List<Finding> examine(Map<String, String> settings) {
    var all = new HashMap<String, String>();
    all.put("data-dir", folder.resolve("data").toString());
    all.put("listen", "127.0.0.1:0");
    all.put("peer-listen", ":0");
    all.put("raft-listen", ":0");
    all.putAll(settings);
    return Doctor.examine(NodeConfig.load(Optional.empty(), Map.of(), all));
  }
}
