/// What is done to a cluster under test. Entry types: [Nemesis], [Nemeses].
@NullMarked
package io.quiverdb.jepsen.nemesis;

import org.jspecify.annotations.NullMarked;
