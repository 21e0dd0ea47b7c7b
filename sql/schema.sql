-- The whole schema as it stands after all migrations, for reading; a test compares it with the sum of sql/migrations.
-- The Orleans tables are in sql/orleans.sql. All of it lives in the schema "orchestrator".

CREATE TABLE schema_version (
    version    integer     PRIMARY KEY,
    name       text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The counter behind every resourceVersion: gapless and in commit order, because a committer locks this row last and briefly.
-- compacted is the highest revision that is no longer in the change log. The low fillfactor keeps its updates on the page (HOT).
-- An epoch is a stretch of history without a break: it ends when the cluster goes on from a backup, or from an earlier point in time.
-- timeline is PostgreSQL's own, by which the servers notice that the database was recovered or that a replica took over; null until the first start.
CREATE TABLE cluster_revision (
    id        smallint PRIMARY KEY CHECK (id = 1),
    revision  bigint   NOT NULL,
    compacted bigint   NOT NULL DEFAULT 0,
    epoch     integer  NOT NULL DEFAULT 1,
    timeline  integer,
    CHECK (compacted <= revision)
) WITH (fillfactor = 10);

INSERT INTO cluster_revision (id, revision) VALUES (1, 0);

-- One row per live object. The key is group/resource/namespace/name; COLLATE "C" makes its order that of the bytes, on every machine.
-- The document is UTF-8 JSON without resourceVersion: the revision column is it.
-- Only the key is indexed and pages are kept a little free, so that an update stays on its page (HOT) and touches no index.
CREATE TABLE object (
    key         text COLLATE "C" PRIMARY KEY,
    revision    bigint  NOT NULL,
    terminating boolean NOT NULL,
    document    bytea   NOT NULL
) WITH (fillfactor = 85);

COMMENT ON COLUMN object.terminating IS
    'The namespace has a deletionTimestamp: nothing new may be created in it. Always false for other kinds.';

-- The history: one row per revision with the whole body after the change (of a removal the last body).
-- Partitions cover ranges of revisions and are made ahead by the servers; compaction drops whole partitions.
-- write_id marks the rows of one group commit, so that a committer whose connection broke during COMMIT can tell what became of it;
-- it needs no index because it is only looked for above a known revision.
CREATE TABLE change (
    revision          bigint           NOT NULL PRIMARY KEY,
    key               text COLLATE "C" NOT NULL,
    type              smallint         NOT NULL CHECK (type IN (0, 1, 2)),
    previous_revision bigint           NOT NULL,
    document          bytea            NOT NULL,
    write_id          uuid             NOT NULL,
    write_ordinal     integer          NOT NULL,
    actor             text             NOT NULL,
    cause             text             NOT NULL,
    trace_parent      text             NOT NULL,
    committed_at      timestamptz      NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (revision);

COMMENT ON COLUMN change.type IS '0 added, 1 modified, 2 deleted';

-- lz4 is several times faster than pglz at about the same size; a PostgreSQL that was built without it keeps pglz.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        ALTER TABLE object ALTER COLUMN document SET COMPRESSION lz4;
        ALTER TABLE change ALTER COLUMN document SET COMPRESSION lz4;
    END IF;
END
$$;
