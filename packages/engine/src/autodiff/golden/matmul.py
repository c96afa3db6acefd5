"""PyTorch's gradients of matrix products."""
import numpy as np
import torch
from cases import Family

family = Family(__file__)
case, draw = family.case, family.draw

for a, b in [
    ((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)),
    ((1, 3, 4), (2, 4, 5)), ((2, 3, 4), (1, 4, 5)), ((4,), (4,)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (2, 4, 3)),
    ((2, 3, 4), (4,)), ((4,), (1, 4, 3)), ((2, 1, 3, 4), (1, 3, 4, 2)),
]:
    case(f"MatMul {a} {b}", "MatMul", torch.matmul, [draw(*a), draw(*b)])

for trans_a in (0, 1):
    for trans_b in (0, 1):
        for alpha, beta, c in [(1.0, 1.0, (5,)), (0.7, 1.3, (3, 1)), (1.0, 0.5, ()), (2.0, 1.0, (3, 5)), (0.5, 1.0, None)]:
            inputs = [draw(*((4, 3) if trans_a else (3, 4))), draw(*((5, 4) if trans_b else (4, 5)))]

            def gemm(a, b, c=None):
                y = alpha * (a.T if trans_a else a) @ (b.T if trans_b else b)
                return y if c is None else y + beta * c

            case(f"Gemm {trans_a}{trans_b} {alpha} {beta} {c}", "Gemm", gemm, inputs + ([] if c is None else [draw(*c)]),
                 {"alpha": alpha, "beta": beta, "transA": trans_a, "transB": trans_b})

for equation, shapes in [
    ("ij,jk->ik", [(2, 3), (3, 4)]), ("ij, jk", [(2, 3), (3, 4)]), ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]),
    ("bhqk,bkhd->bqhd", [(2, 2, 3, 5), (2, 5, 2, 4)]), ("...ij,...jk->...ik", [(2, 3, 4), (2, 4, 5)]),
    ("...ij,...jk->...ik", [(2, 1, 3, 4), (2, 5, 4, 2)]), ("...ij,...jk->...ik", [(2, 1, 3, 4), (1, 5, 4, 2)]), ("b...c,cd->b...d", [(2, 3, 2, 4), (4, 5)]),
    ("ij->ji", [(2, 3)]), ("ij->i", [(2, 3)]), ("ij->", [(2, 3)]), ("ji", [(2, 3)]), ("ij->ij", [(2, 3)]),
    ("i,i->", [(4,), (4,)]), ("i,j->ij", [(3,), (4,)]), ("ij,kl->ik", [(2, 3), (4, 5)]), (",ij->ij", [(), (2, 3)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]), ("ij,ij->ij", [(2, 3), (2, 1)]), ("ij,ij->i", [(2, 1), (2, 3)]),
    ("bi,oij,bj->bo", [(2, 3), (4, 3, 5), (2, 5)]), ("...->...", [(2, 3)]), ("...i,...i", [(2, 3), (2, 3)]),
]:
    case(f"Einsum {equation} {shapes}", "Einsum", lambda *x: torch.einsum(equation, *x), [draw(*s) for s in shapes], {"equation": equation})

family.write()
