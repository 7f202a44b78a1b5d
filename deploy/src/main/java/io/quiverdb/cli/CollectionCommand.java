package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.client.CollectionInfo;
import io.quiverdb.client.Metric;
import io.quiverdb.client.Schema;
import io.quiverdb.client.SettingsChange;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver collection …`
@Command(
    name = "collection",
    description =
        "Creates, shows, lists, changes, drops, shreds, compacts and verifies collections.",
    footer = {"", "Example:", "  quiver collection create docs --dimension 384 --keyword lang"})
final class CollectionCommand {
  @Command(
      description = "Creates a collection on every shard.",
      footer = {
        "",
        "Example:",
        "  quiver collection create docs --dimension 384 --metric cosine --keyword lang --numeric"
            + " year"
      })
  int create(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME", description = "Letters, digits, '_', '-' and '.'.")
          String name,
      @Option(
              names = "--dimension",
              required = true,
              paramLabel = "N",
              description = "Numbers in a vector, 1 to 8192.")
          int dimension,
      @Mixin SchemaOptions schema) {
    try (var quiver = connection.open()) {
      print(output, quiver.createCollection(name, schema.schema(dimension)).info());
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = "Shows a collection.",
      footer = {"", "Example:", "  quiver collection show docs"})
  int show(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME") String name) {
    try (var quiver = connection.open()) {
      print(output, quiver.collection(name).info());
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = "Lists all collections.",
      footer = {"", "Example:", "  quiver collection list --output json"})
  int list(@Mixin Connection connection, @Mixin Output output) {
    try (var quiver = connection.open()) {
      var collections = quiver.collections();
      if (output.isJson()) {
        output.print(
            json -> {
              json.writeStartArray();
              for (var collection : collections) {
                write(json, collection);
              }
              json.writeEndArray();
            });
      } else {
        output.print(table(collections));
      }
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = {
        "Adds and drops fields that filters may name, and changes how accurate searches are, on"
            + " every shard.",
        "A field that is new or gone changes what filters cost, not what they find."
      },
      footer = {
        "",
        "Example:",
        "  quiver collection set docs --keyword lang --numeric year --drop author --ef 200"
      })
  int set(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME") String name,
      @Option(
              names = "--keyword",
              paramLabel = "FIELD",
              description = "A field to add, compared as text. May be repeated.")
          @Nullable List<String> keywords,
      @Option(
              names = "--numeric",
              paramLabel = "FIELD",
              description = "A field to add, compared as a number. May be repeated.")
          @Nullable List<String> numerics,
      @Option(
              names = "--drop",
              paramLabel = "FIELD",
              description =
                  "A field to drop; dropped and added again it changes its type. May be repeated.")
          @Nullable List<String> dropped,
      @Option(
              names = "--ef",
              paramLabel = "N",
              description =
                  "Candidates that searches keep which do not say it, 1 to 10000; 0 for those of a"
                      + " collection that was created without.")
          @Nullable Integer ef) {
    var change = SettingsChange.none();
    for (var field : given(keywords)) {
      change = change.keyword(field);
    }
    for (var field : given(numerics)) {
      change = change.numeric(field);
    }
    for (var field : given(dropped)) {
      change = change.drop(field);
    }
    if (ef != null) {
      change = change.withEf(ef);
    }
    if (change.equals(SettingsChange.none())) {
      throw new IllegalArgumentException(
          "settings: no change (expected: --keyword, --numeric, --drop or --ef)");
    }
    try (var quiver = connection.open()) {
      print(output, quiver.collection(name).update(change));
      return ExitCode.GOOD;
    }
  }

  private static List<String> given(@Nullable List<String> option) {
    return option == null ? List.of() : option;
  }

  @Command(
      description = "Drops a collection with all its points, for good.",
      footer = {"", "Example:", "  quiver collection drop docs"})
  int drop(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME") String name) {
    try (var quiver = connection.open()) {
      quiver.dropCollection(name);
      if (output.isJson()) {
        output.print(
            json -> {
              json.writeStartObject();
              json.writeStringField("dropped", name);
              json.writeEndObject();
            });
      } else {
        output.print("dropped " + name);
      }
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = {
        "Drops a collection and destroys the keys that open what is left of it, on every node: in"
            + " files, logs and snapshots. Nothing brings it back.",
        "Returns when it is dropped everywhere; a node that is down destroys its keys when it is"
            + " back. 'shred-status' names who is outstanding."
      },
      footer = {"", "Example:", "  quiver collection shred docs --yes --wait"})
  int shred(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME") String name,
      @Option(names = "--yes", description = "Says that it is meant. Required.") boolean confirmed,
      @Mixin ShredWait wait) {
    if (!confirmed) {
      throw new IllegalArgumentException(
          "shred " + name + ": nothing brings it back (expected: --yes)");
    }
    try (var quiver = connection.open()) {
      var status = wait.await(quiver, quiver.shredCollection(name));
      ShredReport.print(output, status);
      return wait.exitCode(status);
    }
  }

  @Command(
      name = "shred-status",
      description = {
        "Shows how far the last shredding of a collection of this name is, and which nodes still"
            + " have something that opens it.",
        "Ends with 1 while any has."
      },
      footer = {"", "Example:", "  quiver collection shred-status docs --wait --timeout 60m"})
  int shredStatus(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin ShredWait wait) {
    try (var quiver = connection.open()) {
      var status = wait.await(quiver, quiver.shredStatus(name));
      ShredReport.print(output, status);
      return status.complete() ? ExitCode.GOOD : ExitCode.NEGATIVE;
    }
  }

  @Command(
      description = {
        "Has every replica merge its segments of a collection, without the dead rows.",
        "Does not wait for it: shows what each has when it begins. Ends with 1 if a replica does"
            + " not answer."
      },
      footer = {"", "Example:", "  quiver collection compact docs"})
  int compact(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME") String name) {
    try (var quiver = connection.open()) {
      var start = quiver.collection(name).compact();
      CompactionReport.print(output, start);
      return start.accepted() ? ExitCode.GOOD : ExitCode.NEGATIVE;
    }
  }

  @Command(
      description = {
        "Has every replica read the files that hold a collection, and names what is wrong with"
            + " them.",
        "Ends with 1 if anything is, or if a replica does not answer."
      },
      footer = {"", "Example:", "  quiver collection verify docs --output json"})
  int verify(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(paramLabel = "NAME") String name) {
    try (var quiver = connection.open()) {
      var verification = quiver.collection(name).verify();
      VerificationReport.print(output, verification);
      return verification.intact() ? ExitCode.GOOD : ExitCode.NEGATIVE;
    }
  }

  /// What a collection is like, apart from its dimension.
  static final class SchemaOptions {
    @Option(
        names = "--metric",
        paramLabel = MetricConverter.NAMES,
        defaultValue = "cosine",
        converter = MetricConverter.class,
        description = "How near two vectors are (${DEFAULT-VALUE}).")
    private Metric metric = Metric.COSINE;

    @Option(
        names = "--keyword",
        paramLabel = "FIELD",
        description = "A field of payloads to filter by, compared as text. May be repeated.")
    private List<String> keywords = List.of();

    @Option(
        names = "--numeric",
        paramLabel = "FIELD",
        description = "A field of payloads to filter by, compared as a number. May be repeated.")
    private List<String> numerics = List.of();

    @Option(
        names = "--ef",
        paramLabel = "N",
        description =
            "Candidates that searches keep which do not say it, 1 to 10000: the more, the more"
                + " accurate and the slower (100).")
    private @Nullable Integer ef;

    Schema schema(int dimension) {
      var schema =
          switch (metric) {
            case COSINE -> Schema.cosine(dimension);
            case L2_SQUARED -> Schema.l2(dimension);
            case DOT -> Schema.dot(dimension);
          };
      for (var field : keywords) {
        schema = schema.keyword(field);
      }
      for (var field : numerics) {
        schema = schema.numeric(field);
      }
      return ef == null ? schema : schema.withEf(ef);
    }
  }

  private static void print(Output output, CollectionInfo collection) {
    if (output.isJson()) {
      output.print(json -> write(json, collection));
    } else {
      output.print(table(List.of(collection)));
    }
  }

  private static Table table(List<CollectionInfo> collections) {
    var table = Table.of("NAME", ">DIMENSION", "METRIC", "STATE", ">EF", "FIELDS");
    for (var collection : collections) {
      table.row(
          collection.name(),
          collection.dimension(),
          MetricConverter.name(collection.metric()),
          lowerCase(collection.state()),
          collection.schema().ef().isPresent() ? collection.schema().ef().getAsInt() : "",
          collection.fields().entrySet().stream()
              .map(field -> field.getKey() + ":" + lowerCase(field.getValue()))
              .collect(Collectors.joining(" ")));
    }
    return table;
  }

  private static void write(JsonGenerator json, CollectionInfo collection) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", collection.name());
    json.writeNumberField("id", collection.id());
    json.writeNumberField("dimension", collection.dimension());
    json.writeStringField("metric", MetricConverter.name(collection.metric()));
    json.writeStringField("state", lowerCase(collection.state()));
    if (collection.schema().ef().isPresent()) {
      json.writeNumberField("ef", collection.schema().ef().getAsInt());
    }
    json.writeObjectFieldStart("fields");
    for (var field : collection.fields().entrySet()) {
      json.writeStringField(field.getKey(), lowerCase(field.getValue()));
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
