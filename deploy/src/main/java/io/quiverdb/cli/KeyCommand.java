package io.quiverdb.cli;

import io.quiverdb.cli.terminal.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `quiver key`
@Command(
    name = "key",
    description = {
      "Makes, lists and revokes API keys, each of which may do everything.",
      "Once a cluster has one, every call needs one: --api-key, or QUIVER_API_KEY."
    },
    footer = {"", "Example:", "  quiver key list"})
final class KeyCommand {
  @Command(
      description = {
        "Makes an API key and prints it, this once: the cluster keeps only a hash.",
        "A cluster that has none yet makes its first one on a node's own machine only."
      },
      footer = {"", "Example:", "  quiver key create ingest"})
  int create(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME", description = "Whose it is, for the list.") String name) {
    try (var quiver = connection.open()) {
      var key = quiver.keys().create(name);
      if (output.isJson()) {
        output.print(
            json -> {
              json.writeStartObject();
              json.writeStringField("id", key.id());
              json.writeStringField("key", key.text());
              json.writeEndObject();
            });
      } else {
        output.print(key.text());
      }
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = "Lists the API keys, without the keys themselves.",
      footer = {"", "Example:", "  quiver key list --output json"})
  int list(@Mixin Connection connection, @Mixin Output output) {
    try (var quiver = connection.open()) {
      var keys = quiver.keys().list();
      if (output.isJson()) {
        output.print(
            json -> {
              json.writeStartArray();
              for (var key : keys) {
                json.writeStartObject();
                json.writeStringField("id", key.id());
                json.writeStringField("name", key.name());
                json.writeStringField("created", key.created().toString());
                json.writeEndObject();
              }
              json.writeEndArray();
            });
      } else {
        var table = Table.of("ID", "NAME", "CREATED");
        keys.forEach(key -> table.row(key.id(), key.name(), key.created()));
        output.print(table);
      }
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = "Refuses a key from now on. The last one cannot be revoked.",
      footer = {"", "Example:", "  quiver key revoke 0123456789abcdef"})
  int revoke(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "ID", description = "As 'quiver key list' shows it.") String id) {
    try (var quiver = connection.open()) {
      quiver.keys().revoke(id);
      if (output.isJson()) {
        output.print(
            json -> {
              json.writeStartObject();
              json.writeStringField("revoked", id);
              json.writeEndObject();
            });
      } else {
        output.print("revoked " + id);
      }
      return ExitCode.GOOD;
    }
  }
}
