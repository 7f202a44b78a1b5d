package io.quiverdb.core.fuzz;

import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.quiverdb.core.format.PageFuzzTarget;
import io.quiverdb.core.index.GraphFuzzTarget;
import io.quiverdb.core.log.LogFuzzTarget;
import io.quiverdb.core.manifest.CurrentFuzzTarget;
import io.quiverdb.core.manifest.ManifestFuzzTarget;
import io.quiverdb.core.op.OpFuzzTarget;
import io.quiverdb.core.segment.DeadRowsFuzzTarget;
import io.quiverdb.core.segment.DirectoryFuzzTarget;
import io.quiverdb.core.segment.IdsFuzzTarget;
import io.quiverdb.core.state.WindowFuzzTarget;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is in a file or in a log, its decoder takes it or says what is wrong with it: it throws
/// nothing else, and takes no more memory than the input accounts for. [CoverageFuzzing] looks for
/// inputs that do harm for as long as one likes.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class DecoderFuzzTest {
  private static final int INPUTS = 3000;

  static Stream<Arguments> targets() {
    return Stream.of(
        target("page", PageFuzzTarget::fuzzerTestOneInput),
        target("log", LogFuzzTarget::fuzzerTestOneInput),
        target("current", CurrentFuzzTarget::fuzzerTestOneInput),
        target("manifest", ManifestFuzzTarget::fuzzerTestOneInput),
        target("op", OpFuzzTarget::fuzzerTestOneInput),
        target("directory", DirectoryFuzzTarget::fuzzerTestOneInput),
        target("ids", IdsFuzzTarget::fuzzerTestOneInput),
        target("dead-rows", DeadRowsFuzzTarget::fuzzerTestOneInput),
        target("graph", GraphFuzzTarget::fuzzerTestOneInput),
        target("window", WindowFuzzTarget::fuzzerTestOneInput));
  }

  private static Arguments target(String corpus, Fuzz.Target target) {
    return argumentSet(corpus, corpus, target);
  }

  @ParameterizedTest
  @MethodSource("targets")
  void decoderTakesItsInputOrSaysWhatIsWrong(String corpus, Fuzz.Target target) {
    Fuzz.run(Fuzz.corpus(DecoderFuzzTest.class, corpus), List.of(), INPUTS, target);
  }
}
