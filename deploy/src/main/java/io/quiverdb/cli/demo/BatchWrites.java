package io.quiverdb.cli.demo;

import io.quiverdb.client.Point;
import java.util.List;

/// Where writers write to.
@FunctionalInterface
interface BatchWrites {
  BatchOutcome write(List<Point> points);
}
