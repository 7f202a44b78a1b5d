/// What is left of a run for people and for scripts: a page, a line of JSON, an index over runs, a
/// table of workloads and nemeses. Entry types: [Report], [Summary], [Index], [Matrix].
@NullMarked
package io.quiverdb.jepsen.report;

import org.jspecify.annotations.NullMarked;
