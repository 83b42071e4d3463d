/* `zif completion SHELL`: a completion script made from the tables of options. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "commands.h"

static void print_names(const Option *o, const char *between)
{
    for (const Option *first = o; o->name; o++) {
        printf("%s--%s", o == first ? "" : between, o->name);
    }
}

/* Words the value of an option can be; NULL: a file. */
static const char *value_words(const Option *o)
{
    static const struct {
        const char *option, *words;
    } known[] = { { "ram-fill", "random zero" },
                  { "log", "error warn info debug trace" },
                  { "cpu-port", "fast portable" },
                  { "semihosting", "on off" } };
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        if (!strcmp(known[i].option, o->name)) {
            return known[i].words;
        }
    }
    return NULL;
}

static bool takes_file(const Option *o)
{
    return !strncmp(o->value, "FILE", 4) || !strncmp(o->value, "DIR", 3);
}

static void print_commands(void)
{
    for (const Command *c = commands; c->name; c++) {
        printf("%s ", c->name);
    }
}

/* Bash splits words at '=': `--board=m` arrives as `--board`, `=`, `m`. */
static void print_bash(void)
{
    puts("# Completion of zif for bash: eval \"$(zif completion bash)\"\n"
         "_zif() {\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
         "    COMPREPLY=()\n"
         "    if [ \"$word\" = = ]; then word=; elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "    if [ \"$COMP_CWORD\" = 1 ]; then");
    printf("        COMPREPLY=($(compgen -W '");
    print_commands();
    puts("--version --help' -- \"$word\"))\n"
         "        return\n"
         "    fi\n"
         "    [ \"$command\" != gdb ] || command=run\n"
         "    case $command$before in\n"
         "    *--board|*-b) COMPREPLY=($(compgen -W \"$(zif boards --names)\" -- \"$word\") $(compgen -f -- "
         "\"$word\")); "
         "return ;;");
    for (const Command *c = commands; c->name; c++) {
        for (const Option *o = c->options; o->name; o++) {
            if (o->arg == OPTION_VALUE && strcmp(o->value, "BOARD") != 0 && !takes_file(o)) {
                const char *words = value_words(o);
                printf("    %s--%s) COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n", c->name, o->name,
                       words ? words : "");
            }
        }
    }
    puts("    esac\n"
         "    case $command in");
    for (const Command *c = commands; c->name; c++) {
        printf("    %s) local options='", c->name);
        print_names(c->options, " ");
        puts("' ;;");
    }
    puts("    *) return ;;\n"
         "    esac\n"
         "    case $command,$word in\n"
         "    *,-*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
         "    board,*) COMPREPLY=($(compgen -W \"$(zif boards --names)\" -- \"$word\")) ;;\n"
         "    help,*) COMPREPLY=($(compgen -W '");
    print_commands();
    puts("reports' -- \"$word\")) ;;\n"
         "    completion,*) COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$word\")) ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
         "    esac\n"
         "}\n"
         "complete -o filenames -F _zif zif");
}

static void print_zsh(void)
{
    puts("# Completion of zif for zsh: eval \"$(zif completion zsh)\"\n"
         "autoload -U +X compinit && compinit -u\n"
         "autoload -U +X bashcompinit && bashcompinit");
    print_bash();
}

static void print_quoted(const char *text, FILE *out)
{
    for (; *text && *text != '\n'; text++) {
        fputs(*text == '\'' ? "\\'" : *text == '\\' ? "\\\\" : (char[]){ *text, 0 }, out);
    }
}

static void print_fish(void)
{
    puts("# Completion of zif for fish: zif completion fish | source");
    for (const Command *c = commands; c->name; c++) {
        printf("complete -c zif -f -n __fish_use_subcommand -a %s -d '", c->name);
        print_quoted(c->summary, stdout);
        puts("'");
        const char *also = !strcmp(c->name, "run") ? " gdb" : ""; /* it has the same options */
        for (const Option *o = c->options; o->name; o++) {
            printf("complete -c zif -n '__fish_seen_subcommand_from %s%s' -l %s", c->name, also, o->name);
            if (o->letter) {
                printf(" -s %c", o->letter);
            }
            if (o->arg == OPTION_VALUE) {
                const char *words = value_words(o);
                if (!strcmp(o->value, "BOARD")) {
                    printf(" -x -a '(zif boards --names)'");
                } else if (words) {
                    printf(" -x -a '%s'", words);
                } else {
                    printf(takes_file(o) ? " -r" : " -x");
                }
            }
            if (o->help) {
                printf(" -d '");
                print_quoted(o->help, stdout);
                printf("'");
            }
            putchar('\n');
        }
    }
    puts("complete -c zif -f -n '__fish_seen_subcommand_from board' -a '(zif boards --names)'\n"
         "complete -c zif -f -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'");
    printf("complete -c zif -f -n '__fish_seen_subcommand_from help' -a '");
    print_commands();
    puts("reports'");
}

int command_completion(char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = { { "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish } };
    OptionParser parser = { .argv = argv, .options = help_only_options };
    Error *err = NULL;
    const char *value;
    int id = option_next(&parser, &value, &err);
    if (id == OPTION_BAD) {
        return cannot(err);
    }
    if (id >= 0) {
        help_command("completion");
        return 0;
    }
    for (unsigned i = 0; value && i < sizeof shells / sizeof *shells; i++) {
        if (!strcmp(shells[i].name, value)) {
            shells[i].print();
            return 0;
        }
    }
    error_setg(&err, "completion: name a shell: bash, zsh or fish");
    return cannot(err);
}
