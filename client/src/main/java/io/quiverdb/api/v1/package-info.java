/// The wire contract, generated from `quiver/v1/*.proto`.
package io.quiverdb.api.v1;
