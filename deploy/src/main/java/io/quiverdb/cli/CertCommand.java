package io.quiverdb.cli;

import io.quiverdb.node.security.CertificateAuthority;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver cert`
@Command(
    name = "cert",
    description = {
      "Makes certificates, for those who have no authority of their own.",
      "The certificate of a node names its id, which its data folder holds: no other node can use"
          + " it, and a node that has lost its folder needs another."
    },
    footer = {"", "Example:", "  quiver cert create-ca --out tls"})
final class CertCommand {
  private static final SecureRandom RANDOM = new SecureRandom();

  /// Under which a command on the node's own machine connects.
  private static final List<String> LOCAL = List.of("localhost", "127.0.0.1", "::1");

  @Command(
      name = "create-ca",
      description = {
        "Makes an authority: ca.crt, which every node and client gets, and ca.key, which none"
            + " gets.",
        "Whoever has ca.key can pass for any node. One authority for each cluster."
      },
      footer = {"", "Example:", "  quiver cert create-ca --out tls"})
  int createCa(
      @Mixin Output output,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              defaultValue = "quiver",
              description = "What it is called (${DEFAULT-VALUE}).")
          String name,
      @Option(
              names = "--days",
              paramLabel = "N",
              defaultValue = "3650",
              description = "How long it is valid (${DEFAULT-VALUE}).")
          int days,
      @Option(
              names = "--out",
              paramLabel = "DIR",
              defaultValue = ".",
              description = "Where ca.crt and ca.key are written (the present folder).")
          Path folder) {
    print(
        output,
        CertificateAuthority.create(folder, name, SigningOptions.validity(days), RANDOM),
        "authority");
    return ExitCode.GOOD;
  }

  /// Which node.
  static final class OfNode {
    @Option(
        names = "--data-dir",
        paramLabel = "DIR",
        description = "The node's data folder, whose id is drawn now if it is new.")
    private Optional<Path> dataDirectory = Optional.empty();

    @Option(
        names = "--node-id",
        paramLabel = "ID",
        description = "The node's id, as 'quiver cert node-id' shows it.")
    private Optional<String> nodeId = Optional.empty();

    String id() {
      return nodeId.orElseGet(
          () -> CertificateAuthority.nodeOf(dataDirectory.orElseThrow(), RANDOM));
    }
  }

  @Command(
      name = "node",
      description = {
        "Makes a certificate for one node: node.crt and node.key.",
        "Nodes prove themselves with it to each other and to clients."
      },
      footer = {
        "",
        "Examples:",
        "  quiver cert node --data-dir ./quiver-data --host db1.example.com --out tls",
        "  quiver cert node --node-id 6f4bfd3c-7a33-4a25-9c0f-1c9a1de0a7f1 --host db1 --out db1"
      })
  int node(
      @Mixin Output output,
      @ArgGroup(multiplicity = "1") OfNode node,
      @Option(
              names = "--host",
              paramLabel = "HOST",
              split = ",",
              description = "Names and addresses under which clients reach it, besides localhost.")
          List<String> hosts,
      @Mixin SigningOptions signing) {
    var signer = signing.authority(RANDOM);
    var all = new ArrayList<>(LOCAL);
    if (hosts != null) {
      all.addAll(hosts);
    }
    var id = node.id();
    print(output, signer.node(signing.folder(), id, all, signing.validity()), "node " + id);
    return ExitCode.GOOD;
  }

  @Command(
      name = "node-id",
      description = "Shows the id of a node, drawn now if its data folder is new.",
      footer = {"", "Example:", "  quiver cert node-id ./quiver-data"})
  int nodeId(
      @Mixin Output output,
      @Parameters(paramLabel = "DIR", description = "The node's data folder.") Path directory) {
    var id = CertificateAuthority.nodeOf(directory, RANDOM);
    if (output.isJson()) {
      output.print(
          json -> {
            json.writeStartObject();
            json.writeStringField("node_id", id);
            json.writeEndObject();
          });
    } else {
      output.print(id);
    }
    return ExitCode.GOOD;
  }

  @Command(
      name = "client",
      description = {
        "Makes a certificate for a client: NAME.crt and NAME.key.",
        "Needed only where the nodes ask clients for one (tls.client-ca)."
      },
      footer = {"", "Example:", "  quiver cert client app --ca tls/ca.crt --ca-key tls/ca.key"})
  int client(
      @Mixin Output output,
      @Parameters(paramLabel = "NAME", description = "Whom it is for.") String name,
      @Mixin SigningOptions signing) {
    var signer = signing.authority(RANDOM);
    print(output, signer.client(signing.folder(), name, signing.validity()), "client " + name);
    return ExitCode.GOOD;
  }

  private static void print(Output output, CertificateAuthority.Made made, String owner) {
    if (output.isJson()) {
      output.print(
          json -> {
            json.writeStartObject();
            json.writeStringField("certificate", made.certificate().toString());
            json.writeStringField("key", made.key().toString());
            json.writeStringField("expires", made.expires().toString());
            json.writeEndObject();
          });
    } else {
      output.print(
          "%s: certificate in %s, key in %s, valid until %s"
              .formatted(owner, made.certificate(), made.key(), made.expires()));
    }
  }
}
