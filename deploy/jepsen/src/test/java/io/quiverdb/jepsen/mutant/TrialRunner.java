package io.quiverdb.jepsen.mutant;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/// Runs tests by the names of their classes, and tells by its exit code what came of it: codes that
/// a JVM that does not get so far has not. What failed is in the last line.
final class TrialRunner {
  private static final int NONE = 12;
  private static final int LINES_TOLD = 4;

  private TrialRunner() {}

  public static void main(String[] classes) {
    var listener = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(Stream.of(classes).map(DiscoverySelectors::selectClass).toList())
            .build();
    LauncherFactory.create().execute(request, listener);
    var summary = listener.getSummary();
    System.exit(exitCode(summary));
  }

  private static int exitCode(TestExecutionSummary summary) {
    if (summary.getTestsStartedCount() == 0) {
      return NONE;
    }
    List<TestExecutionSummary.Failure> failures = summary.getFailures();
    if (failures.isEmpty()) {
      return Hunt.PASSED;
    }
    for (var failure : failures) {
      failure.getException().printStackTrace(System.out);
    }
    var first = failures.getFirst();
    System.out.println(
        first.getTestIdentifier().getDisplayName()
            + ": "
            + String.valueOf(rootCause(first.getException()).getMessage())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(LINES_TOLD)
                .collect(Collectors.joining(" ")));
    return Hunt.FAILED;
  }

  private static Throwable rootCause(Throwable failure) {
    var cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
