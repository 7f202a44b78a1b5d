package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertCommandTest {
  @TempDir private Path folder;
  private String out = "";
  private String err = "";

  @Test
  void nodeGetsACertificateOfItsFolderAndKeysAreItsOwnersOnly() throws IOException {
    assertThat(run("cert", "create-ca", "--out", path("ca"))).isEqualTo(ExitCode.GOOD);
    assertThat(run("cert", "node-id", path("data"))).isEqualTo(ExitCode.GOOD);
    var id = out.strip();
    assertThat(id).matches("[0-9a-f-]{36}");
    assertThat(run("cert", "node-id", path("data"), "--output", "json")).isEqualTo(ExitCode.GOOD);
    assertThat(out).contains(id);

    assertThat(node("--data-dir", path("data"), "--out", path("tls"))).isEqualTo(ExitCode.GOOD);

    assertThat(out).startsWith("node " + id + ": certificate in " + path("tls"));
    assertThat(folder.resolve("tls/node.crt")).content().startsWith("-----BEGIN CERTIFICATE-----");
    assertThat(folder.resolve("tls/node.key")).content().startsWith("-----BEGIN PRIVATE KEY-----");
    for (var key : new String[] {"tls/node.key", "ca/ca.key"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(key))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void clientGetsACertificateUnderItsName() {
    assertThat(run("cert", "create-ca", "--out", path("ca"))).isEqualTo(ExitCode.GOOD);

    assertThat(
            run(
                "cert",
                "client",
                "app",
                "--ca",
                path("ca/ca.crt"),
                "--ca-key",
                path("ca/ca.key"),
                "--out",
                path("tls")))
        .isEqualTo(ExitCode.GOOD);

    assertThat(folder.resolve("tls/app.crt")).exists();
    assertThat(folder.resolve("tls/app.key")).exists();
  }

  @Test
  void whatCannotBeIsRefusedAndNothingIsOverwritten() {
    assertThat(run("cert", "create-ca", "--out", path("ca"))).isEqualTo(ExitCode.GOOD);
    assertThat(run("cert", "create-ca", "--out", path("ca"))).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("ca.crt: exists (expected: a new file)");
    assertThat(run("cert", "create-ca", "--days", "0", "--out", path("x")))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("days: 0 (expected: 1 or more)");

    assertThat(node()).isEqualTo(ExitCode.USAGE);
    assertThat(node("--node-id", "me")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("node-id: \"me\" (expected: a UUID");
    assertThat(node("--data-dir", path("data"), "--host", "a b")).isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("host: \"a b\" (expected: a name or an address)");
    assertThat(
            run("cert", "node", "--node-id", "me", "--ca", path("none"), "--ca-key", path("none")))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err).contains("ca: " + path("none") + " cannot be read");
  }

  private int node(String... more) {
    var all = new String[6 + more.length];
    var first =
        new String[] {"cert", "node", "--ca", path("ca/ca.crt"), "--ca-key", path("ca/ca.key")};
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return run(all);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private int run(String... arguments) {
    var outText = new StringWriter();
    var errText = new StringWriter();
    int exitCode =
        QuiverCommand.commandLine()
            .setOut(new PrintWriter(outText, true))
            .setErr(new PrintWriter(errText, true))
            .execute(arguments);
    out = outText.toString();
    err = errText.toString();
    return exitCode;
  }
}
