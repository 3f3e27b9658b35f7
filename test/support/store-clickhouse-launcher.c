/*
 * Starts ClickHouse from the engine library that npm installs for chDB: there is no server binary on
 * npm, but the library holds the whole program behind one function. It has to be called from C, as
 * the engine checks its stack.
 *
 * Usage: launcher path/to/libchdb.so [argument of clickhouse local]...
 */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s libchdb.so [argument]...\n", argv[0]);
        return 2;
    }
    void *library = dlopen(argv[1], RTLD_NOW);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    void *(*run)(int, char **) = (void *(*)(int, char **))dlsym(library, "chdb_query_cmdline");
    if (run == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    argv[1] = "clickhouse";
    return run(argc - 1, argv + 1) == NULL;
}
