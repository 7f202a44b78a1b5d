package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.client.Collection;
import io.quiverdb.client.Filter;
import io.quiverdb.client.Hit;
import io.quiverdb.client.SegmentPlan;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver search`
@Command(
    name = "search",
    description = "Finds the points nearest to a vector, to a text or to another point.",
    footer = {
      "",
      "Examples:",
      "  quiver search docs --vector 0.1,0.2,0.3 -k 5 --filter lang=en --with-payload",
      "  quiver search unicode --text \"cat face with tears of joy\" --filter script=Common",
      "  quiver search docs --id-of a --filter 'lang in (en, fr) and year >= 2020 and not draft ="
          + " true'",
      "  quiver search docs --id-of a -k 3 --exact",
      "  quiver search docs --id-of a --ef 200 --score-threshold 0.5 --explain"
    })
final class SearchCommand implements Callable<Integer> {
  @Mixin private final Connection connection = new Connection();
  @Mixin private final Output output = new Output();
  @Mixin private final ReadLevel level = new ReadLevel();

  @Parameters(paramLabel = "COLLECTION")
  private String collection = "";

  @ArgGroup(multiplicity = "1")
  private @Nullable Target target;

  @Option(
      names = "-k",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many to find, 1 to 10,000 (${DEFAULT-VALUE}).")
  private int k = 10;

  @Option(
      names = "--filter",
      paramLabel = "CONDITION",
      converter = FilterConverter.class,
      description = FilterConverter.DESCRIPTION)
  private Optional<Filter> filter = Optional.empty();

  @Option(
      names = "--exact",
      description = "Looks at all points that match, so that none of the nearest is missed.")
  private boolean exact;

  @Option(
      names = "--ef",
      paramLabel = "N",
      description =
          "How many candidates a graph keeps, 1 to 10,000 (100): the more, the more accurate and"
              + " the slower.")
  private Optional<Integer> ef = Optional.empty();

  @Option(
      names = "--score-threshold",
      paramLabel = "SCORE",
      description =
          "Leaves out points of a worse score: a greater squared distance, a smaller cosine or"
              + " inner product.")
  private Optional<Float> scoreThreshold = Optional.empty();

  @Option(
      names = "--explain",
      description = "Shows how each shard searches its segments, instead of what it finds.")
  private boolean explain;

  @Option(names = "--with-payload", description = "Shows payloads too.")
  private boolean withPayload;

  /// What to search for.
  static final class Target {
    @Option(
        names = "--vector",
        paramLabel = "X,Y,…",
        converter = VectorArgument.Converter.class,
        description = "A vector, numbers separated by commas.")
    private Optional<VectorArgument> vector = Optional.empty();

    @Option(
        names = {"--text", "--hash-text"},
        paramLabel = "TEXT",
        description = "Text, made a vector of 256 numbers as the demo does.")
    private Optional<String> text = Optional.empty();

    @Option(names = "--id-of", paramLabel = "ID", description = "A point of the collection.")
    private Optional<String> id = Optional.empty();
  }

  @Override
  public Integer call() {
    try (var quiver = connection.open()) {
      return level.run(
          quiver,
          client -> {
            var points = level.collection(client, collection);
            var search = points.search(query(points)).k(k);
            filter.ifPresent(search::filter);
            if (withPayload) {
              search.withPayload();
            }
            if (exact) {
              search.exact();
            }
            ef.ifPresent(search::ef);
            scoreThreshold.ifPresent(search::scoreThreshold);
            if (explain) {
              printPlans(search.explain());
            } else {
              print(search.run());
            }
            return ExitCode.GOOD;
          });
    }
  }

  private float[] query(Collection points) {
    var target = Objects.requireNonNull(this.target, "picocli sets what must be given");
    if (target.id.isPresent()) {
      var id = target.id.get();
      return points
          .get(id)
          .orElseThrow(() -> new CommandFailedException(ExitCode.NEGATIVE, id + ": not found"))
          .vector();
    }
    return target
        .text
        .map(new HashEmbedder()::embed)
        .or(() -> target.vector.map(VectorArgument::components))
        .orElseThrow();
  }

  private void print(List<Hit> hits) {
    if (output.isJson()) {
      output.print(json -> write(json, hits));
      return;
    }
    var table =
        withPayload ? Table.of(">SCORE", "ID", "PAYLOAD") : Table.of(">SCORE", "ID", ">VERSION");
    for (var hit : hits) {
      table.row(
          String.format(Locale.ROOT, "%.4f", hit.score()),
          hit.id(),
          withPayload ? hit.payloadJson().orElse("") : hit.version());
    }
    output.print(table);
  }

  private void printPlans(List<SegmentPlan> plans) {
    if (output.isJson()) {
      output.print(json -> writePlans(json, plans));
      return;
    }
    var table =
        Table.of(
            ">SHARD", "SEGMENT", "WAY", ">ROWS", ">MATCHES", ">SCANNED", ">VISITED", ">MILLIS");
    for (var plan : plans) {
      table.row(
          plan.shard(),
          plan.segment().isPresent() ? plan.segment().getAsLong() : "buffer",
          plan.way(),
          plan.rows(),
          plan.matchesEstimated(),
          plan.rowsScanned(),
          plan.nodesVisited(),
          String.format(Locale.ROOT, "%.3f", plan.time().toNanos() / 1e6));
    }
    output.print(table);
  }

  private static void writePlans(JsonGenerator json, List<SegmentPlan> plans) throws IOException {
    json.writeStartArray();
    for (var plan : plans) {
      json.writeStartObject();
      json.writeNumberField("shard", plan.shard());
      if (plan.segment().isPresent()) {
        json.writeNumberField("segment", plan.segment().getAsLong());
      }
      json.writeStringField("way", plan.way().name());
      json.writeNumberField("rows", plan.rows());
      json.writeNumberField("matches_estimated", plan.matchesEstimated());
      json.writeNumberField("rows_scanned", plan.rowsScanned());
      json.writeNumberField("nodes_visited", plan.nodesVisited());
      json.writeNumberField("nanos", plan.time().toNanos());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, List<Hit> hits) throws IOException {
    json.writeStartArray();
    for (var hit : hits) {
      json.writeStartObject();
      json.writeStringField("id", hit.id());
      json.writeNumberField("score", hit.score());
      json.writeNumberField("version", hit.version());
      if (hit.payloadJson().isPresent()) {
        json.writeFieldName("payload");
        json.writeRawValue(hit.payloadJson().get().replace('\n', ' ').replace('\r', ' '));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
