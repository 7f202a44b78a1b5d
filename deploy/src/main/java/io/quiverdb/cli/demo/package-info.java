/// The demonstration: three nodes as processes, real data, writers, a leader killed, and the proof
/// that nothing acknowledged was lost. Entry type: [Demo].
@NullMarked
package io.quiverdb.cli.demo;

import org.jspecify.annotations.NullMarked;
